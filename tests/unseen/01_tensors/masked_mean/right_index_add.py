"""Gives every number the index of its mean, and adds those that count to the place of their index."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    dims = range(x.ndim) if dim in (None, ()) else (dim,) if isinstance(dim, int) else dim
    gone = {axis % max(x.ndim, 1) for axis in dims}
    shape = [size for axis, size in enumerate(x.shape) if axis not in gone]
    number = torch.Size(shape).numel()
    place = torch.arange(number).view([1 if axis in gone else size for axis, size in enumerate(x.shape)])
    counts = mask.expand_as(x)
    where = place.expand_as(x)[counts]
    total = torch.zeros(number, dtype=torch.float64).index_add(0, where, x[counts].double())
    count = torch.bincount(where, minlength=number).clamp(min=1)
    return (total / count).view(shape).to(x.dtype)
