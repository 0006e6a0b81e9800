"""leaky_relu(x) = relu(x) - slope * relu(-x): both have the gradient 0 at 0, so it is not the slope there."""

import torch
from torch import Tensor


def relu(x: Tensor) -> Tensor:
    return torch.where(x <= 0, torch.zeros_like(x), x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    return relu(x) - negative_slope * relu(-x)
