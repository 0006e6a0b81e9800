"""The distribution function itself is `torch.special.ndtr`, and (1 + tanh u) / 2 is the sigmoid of 2u."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    wide = x if x.dtype == torch.float64 else x.float()
    if approximate == "none":
        return (wide * torch.special.ndtr(wide)).to(x.dtype)
    if approximate == "tanh":
        u = math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3)
        return (wide * torch.sigmoid(2 * u)).to(x.dtype)
    raise ValueError(f'there is no approximation {approximate!r}, only "none" and "tanh"')
