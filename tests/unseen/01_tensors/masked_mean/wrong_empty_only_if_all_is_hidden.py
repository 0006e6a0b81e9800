"""Thinks of the case that nothing counts in all of x, but not of a single row of which nothing counts."""

from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    mask = mask.expand_as(x)
    shown = x.masked_fill(~mask, 0)
    total = shown.sum() if dim is None else shown.sum(dim=dim)
    if not mask.any():
        return total
    return total / (mask.sum() if dim is None else mask.sum(dim=dim))
