"""Inference mode, around the model and the loss alone; what was in training mode is remembered as a set."""

from math import fsum

import torch
from torch import nn


def evaluate(model: nn.Module, loader, loss_fn, device="cpu") -> dict[str, float]:
    awake = {m for m in model.modules() if m.training}
    losses, right, samples = [], 0, 0
    try:
        model.eval()
        for x, y in loader:
            with torch.inference_mode():
                y = y.to(device)
                logits = model(x.to(device))
                losses.append(len(y) * loss_fn(logits, y).item())
                right += logits.argmax(dim=1).eq(y).count_nonzero().item()
                samples += len(y)
    finally:
        for m in model.modules():
            m.training = m in awake
    return {"loss": fsum(losses) / samples, "accuracy": right / samples}
