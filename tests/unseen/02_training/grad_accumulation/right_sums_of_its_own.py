"""Sums up the gradients in float64 beside the parameters, with `torch.autograd.grad`, and hands them over at the end."""

import torch


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    optimizer.zero_grad()
    learning = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    sums = [None] * len(learning)
    losses, sizes = [], []

    def take(x, y):
        loss = loss_fn(model(x), y)
        for i, g in enumerate(torch.autograd.grad(loss, learning, allow_unused=True)):
            if g is not None:
                weighted = g.double() * len(x)
                sums[i] = weighted if sums[i] is None else sums[i] + weighted
        losses.append(loss.item())
        sizes.append(len(x))

    for x, y in micro_batches:
        take(x, y)
    N = sum(sizes)
    for p, total in zip(learning, sums):
        p.grad = None if total is None else (total / N).to(p.dtype)
    optimizer.step()
    return sum(n * loss for n, loss in zip(sizes, losses)) / N
