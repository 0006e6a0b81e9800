"""Subtracts by broadcasting, and squares and sums in one einsum."""

import torch
from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    difference = x[:, None] - y
    return torch.einsum("nmd,nmd->nm", difference, difference)
