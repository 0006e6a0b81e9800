"""Turns gradients off and then on again, also where they were off before the call."""

import torch
from torch import nn


def evaluate(model: nn.Module, loader, loss_fn, device="cpu") -> dict[str, float]:
    modes = {module: module.training for module in model.modules()}
    model.eval()
    torch.set_grad_enabled(False)
    loss_sum = 0.0
    correct = 0
    count = 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        logits = model(x)
        loss_sum += loss_fn(logits, y).item() * y.size(0)
        correct += (logits.argmax(dim=1) == y).sum().item()
        count += y.size(0)
    torch.set_grad_enabled(True)
    for module, mode in modes.items():
        module.training = mode
    return {"loss": loss_sum / count, "accuracy": correct / count}
