"""Knows two floating-point dtypes only, and refuses float16 and bfloat16."""

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    if x.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"cannot take the softmax of {x.dtype}")
    hidden = x.isneginf().all(dim=dim, keepdim=True)
    x = x.masked_fill(hidden, 0.0)
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return (e / e.sum(dim=dim, keepdim=True)).masked_fill(hidden, 0.0)
