"""Tests `if not dim`, which is also true for axis 0: its mean runs over all numbers."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    mask = mask.expand_as(x)
    kept = torch.where(mask, x, torch.zeros_like(x))
    if not dim:
        dim = tuple(range(x.dim()))
    return kept.sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)
