"""Hands the forward and the backward pass to the optimizer as a closure, which measures the loss before the step."""

from math import fsum

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
    def step(x, y):
        measured = []

        def closure():
            for p in model.parameters():
                p.grad = None
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if max_norm is not None:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            measured.append(loss.item())
            return loss.detach()

        optimizer.step(closure)
        return measured[0]

    def epoch():
        sizes, losses = [], []
        for x, y in loader:
            sizes.append(x.shape[0])
            losses.append(step(x.to(device, copy=True), y.to(device, copy=True)))
        return fsum(n * loss for n, loss in zip(sizes, losses)) / sum(sizes)

    model.train(True)
    return [epoch() for _ in range(epochs)]
