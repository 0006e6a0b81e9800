"""Moves the origin into the mean of the points, then multiplies the square out: still cancels for two far clusters."""

import torch
from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    centre = torch.cat([x, y]).mean(dim=0)
    x = x - centre
    y = y - centre
    squared = (x**2).sum(dim=1)[:, None] - 2 * x @ y.T + (y**2).sum(dim=1)[None, :]
    return squared.clamp(min=0)
