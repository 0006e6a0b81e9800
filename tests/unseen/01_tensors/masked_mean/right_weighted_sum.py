"""Gives each number its weight, 1 / count or 0, before the sum."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    axes = tuple(range(x.dim())) if dim is None else dim
    wide = torch.float64
    mask = mask.expand_as(x)
    count = mask.sum(dim=axes, keepdim=True).to(wide)
    weight = torch.where(mask, 1 / count, torch.zeros((), dtype=wide))
    numbers = torch.where(mask, x, torch.zeros_like(x)).to(wide)
    return (numbers * weight).sum(dim=axes).to(x.dtype)
