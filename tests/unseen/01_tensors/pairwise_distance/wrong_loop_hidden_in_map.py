"""Loops over the points of y all the same: `map` calls the function for one of them after the other."""

import torch
from torch import Tensor


def pairwise_sq_distance(x: Tensor, y: Tensor) -> Tensor:
    columns = map(lambda point: (x - point).pow(2).sum(dim=1), y.unbind(0))
    return torch.stack(tuple(columns), dim=1)
