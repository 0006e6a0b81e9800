"""Sums in float32 "to be safe in half precision", and so loses half of the digits of float64."""

import torch
from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.size(-1) != b.size(-2):
        raise ValueError("size mismatch")
    products = a.unsqueeze(-1) * b.unsqueeze(-3)
    return products.sum(dim=-2, dtype=torch.float32).to(a.dtype)
