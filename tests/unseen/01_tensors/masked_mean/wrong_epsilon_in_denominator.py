"""Divides by the count plus 1e-8 in place of a special case: float64 is exact to more than that, float16 has no 1e-8."""

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    zero = torch.zeros((), dtype=x.dtype)
    numbers = torch.where(mask, x, zero)
    weights = mask.to(x.dtype).expand_as(x)
    if dim is None:
        return numbers.sum() / (weights.sum() + 1e-8)
    return numbers.sum(dim=dim) / (weights.sum(dim=dim) + 1e-8)
