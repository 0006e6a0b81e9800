"""Asks `torch.autograd.grad` for the gradients and hands them to the parameters, and clips them by hand."""

import math

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
    in_model = list(model.parameters())
    known = {id(p) for p in in_model}
    others = [p for group in optimizer.param_groups for p in group["params"] if id(p) not in known]

    def one_batch(x, y):
        loss = loss_fn(model(x.to(device)), y.to(device))
        for p in in_model + others:
            p.grad = None
        wanted = [p for p in in_model + others if p.requires_grad]
        for p, g in zip(wanted, torch.autograd.grad(loss, wanted, allow_unused=True)):
            p.grad = None if g is None else g.clone()  # two parameters may be given the same tensor
        if max_norm is not None:
            gradients = [p.grad for p in in_model if p.grad is not None]
            norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
            if norm > max_norm:
                for g in gradients:
                    g.mul_(max_norm / norm)
        optimizer.step()
        return len(x), loss.item()

    history = []
    for _ in range(epochs):
        seen = [one_batch(x, y) for x, y in loader]
        history.append(sum(n * loss for n, loss in seen) / sum(n for n, _ in seen))
    return history
