"""Squeezes the result, so that a table with one row, or one column, loses an axis."""

from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    difference = x[:, None, :] - y[None, :, :]
    return difference.square().sum(dim=2, keepdim=True).squeeze()
