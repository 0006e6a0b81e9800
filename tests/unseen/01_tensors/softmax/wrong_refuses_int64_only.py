"""Refuses the integers of 32 and 64 bits, but lets int8, int16 and uint8 through."""

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    if x.dtype in (torch.int32, torch.int64):
        raise TypeError("x must be floating point")
    largest = x.max(dim=dim, keepdim=True).values
    largest = torch.where(largest == float("-inf"), 0.0, largest)
    e = torch.exp(x - largest)
    total = e.sum(dim=dim, keepdim=True)
    return e / torch.where(total == 0, 1.0, total)
