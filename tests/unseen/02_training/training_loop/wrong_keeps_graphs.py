"""Totals up the losses as tensors, and makes a number of them at the end of the epoch: every batch's graph is kept."""

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
    for epoch in range(epochs):
        total = 0
        n_samples = 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            model.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if max_norm is not None:
                torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            total = total + loss * x.size(0)
            n_samples += x.size(0)
        history.append((total / n_samples).item())
    return history
