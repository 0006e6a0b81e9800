"""Replaces -inf by the lowest finite number: a row of nothing else is then a row of equals, not of zeros."""

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    if not x.is_floating_point():
        raise TypeError("x must be floating point")
    x = x.clamp(min=torch.finfo(x.dtype).min)
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
