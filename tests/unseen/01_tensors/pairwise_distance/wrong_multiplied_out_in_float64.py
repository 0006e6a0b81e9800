"""Multiplies the square out in float64 and rounds back: good enough for float32, not for points that are float64."""

from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    a, b = x.double(), y.double()
    squared = (a * a).sum(-1, keepdim=True) + (b * b).sum(-1) - 2 * (a @ b.mT)
    return squared.clamp_min(0).to(x.dtype)
