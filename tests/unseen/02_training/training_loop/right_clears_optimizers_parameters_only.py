"""`optimizer.zero_grad()` alone: parameters that the optimizer does not hold pile up gradients, which count in the norm."""

import torch
from torch import nn


def fit(
    model: nn.Module,
    loader,
    loss_fn,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    device="cpu",
    max_norm=None,
) -> list[float]:
    model.train()
    history = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        history.append(total / count)
    return history
