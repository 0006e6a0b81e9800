"""Selects the positions that count by boolean indexing, and works on a plain list of them."""

import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(f'reduction is {reduction!r}, but must be "none", "sum" or "mean"')
    counts = target != ignore_index
    rows = torch.log_softmax(logits[counts], dim=-1)
    losses = -rows[torch.arange(len(rows)), target[counts].long()]
    if label_smoothing:
        losses = (1 - label_smoothing) * losses - label_smoothing * rows.mean(dim=-1)
    if reduction == "none":
        return logits.new_zeros(target.shape).masked_scatter(counts, losses)
    total = losses.sum()
    return total if reduction == "sum" else total / counts.sum()
