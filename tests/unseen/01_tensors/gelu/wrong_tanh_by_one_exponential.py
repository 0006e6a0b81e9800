"""Writes (1 + tanh u) / 2 as 1 / (1 + exp(-2u)): the values are right, the gradient of large negative numbers NaN."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    if approximate == "none":
        return x * (0.5 + 0.5 * torch.erf(x / math.sqrt(2.0)))
    if approximate == "tanh":
        u = math.sqrt(2.0 / math.pi) * (x + 0.044715 * x.pow(3))
        return x / (1 + torch.exp(-2 * u))
    raise ValueError(approximate)
