"""Divides the sum of the batches' means by the number of batches: the samples of a small last batch weigh too much."""

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
    history = []
    for _ in range(epochs):
        model.train()
        losses = []
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            model.zero_grad()
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses.append(loss.item())
        history.append(sum(losses) / len(losses))
    return history
