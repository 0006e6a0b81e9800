"""leaky_relu(x) = relu(x) + slope * (x - relu(x)): for infinity, the rest is infinity minus infinity, NaN."""

import torch
from torch import Tensor


def relu(x: Tensor) -> Tensor:
    return torch.where(x <= 0, torch.zeros_like(x), x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    above = relu(x)
    return above + negative_slope * (x - above)
