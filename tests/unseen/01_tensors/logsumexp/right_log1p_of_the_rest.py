"""Leaves the largest entry out of the sum, where it is exactly 1, and takes log1p of the rest."""

import torch
from torch import Tensor


def largest_and_rest(x: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    largest, place = x.max(dim=dim, keepdim=True)
    base = torch.where(largest.isinf(), 0, largest)
    others = x.scatter(dim, place, -torch.inf)
    # beside an infinite entry the others do not count
    others = torch.where(largest.isposinf(), -torch.inf, others)
    return largest, base, torch.log1p(torch.exp(others - base).sum(dim=dim, keepdim=True))


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    largest, _, rest = largest_and_rest(x, dim)
    result = largest + rest
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    _, base, rest = largest_and_rest(x, dim)
    return (x - base) - rest
