"""Goes through the loader twice, for the loss and for the accuracy: a generator has nothing left for the second."""

import torch
from torch import nn


def mean_loss(model, loader, loss_fn, device):
    total, n = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        total += loss_fn(model(x), y).item() * len(y)
        n += len(y)
    return total / max(n, 1)


def accuracy(model, loader, device):
    correct, n = 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        correct += (model(x).argmax(dim=1) == y).sum().item()
        n += len(y)
    return correct / max(n, 1)


@torch.no_grad()
def evaluate(model: nn.Module, loader, loss_fn, device="cpu") -> dict[str, float]:
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    result = {"loss": mean_loss(model, loader, loss_fn, device), "accuracy": accuracy(model, loader, device)}
    for m, mode in modes:
        m.training = mode
    return result
