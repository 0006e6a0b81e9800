"""Takes the mean over a tuple of axes one after the other: a mean of means, in which short rows weigh more."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    mask = torch.broadcast_to(mask, x.shape)
    if dim is None:
        x, mask, dim = x.reshape(-1), mask.reshape(-1), 0
    if isinstance(dim, tuple):
        axes = sorted(axis % x.ndim for axis in dim)
        for axis in reversed(axes):
            x, mask = masked_mean(x, mask, axis), mask.any(dim=axis)
        return x
    total = x.masked_fill(~mask, 0).sum(dim)
    return total / mask.sum(dim).clamp(min=1)
