"""Sums over the axes from the last to the first by sorting them as they are: (2, -2) are then the last and the first."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    total = torch.where(mask, x, 0.0)
    count = mask.expand(x.shape).to(x.dtype)
    if dim is None:
        dims = tuple(range(x.dim()))
    elif isinstance(dim, int):
        dims = (dim,)
    else:
        dims = dim
    for axis in sorted(dims, reverse=True):
        total, count = total.sum(axis), count.sum(axis)
    return total / count.clamp(min=1)
