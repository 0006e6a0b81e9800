"""The mean of the batches' means, in both numbers: the samples of a small last batch weigh too much."""

import torch
from torch import nn


def evaluate(model: nn.Module, loader, loss_fn, device="cpu") -> dict[str, float]:
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, accuracies = [], []
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            losses.append(loss_fn(logits, y).item())
            accuracies.append((logits.argmax(dim=1) == y).float().mean().item())
    for m, mode in modes:
        m.training = mode
    return {"loss": sum(losses) / len(losses), "accuracy": sum(accuracies) / len(accuracies)}
