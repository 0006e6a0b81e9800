"""Clears the gradients after each step only: one that was there before the call gets into the first step."""

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
        total, seen = 0.0, 0
        for x, y in loader:
            x = x.to(device)
            y = y.to(device)
            loss = loss_fn(model(x), y)
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            model.zero_grad()
            total += loss.item() * x.shape[0]
            seen += x.shape[0]
        history.append(total / seen)
    return history
