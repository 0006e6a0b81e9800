"""exp(-log(1 + exp(-x))): the values are right, but the gradient for large negative numbers is 0 times infinity."""

import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    return torch.exp(-torch.log1p(torch.exp(-x)))
