"""Drops the reduced axis by `squeeze()` without a number, and with it all other axes of size 1."""

import torch
from torch import Tensor


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    empty = x.isneginf().all(dim=dim, keepdim=True)
    y = x.masked_fill(empty, 0.0)
    c = y.amax(dim=dim, keepdim=True)
    c = c.masked_fill(c.isposinf(), 0.0)
    result = c + torch.log(torch.exp(y - c).sum(dim=dim, keepdim=True))
    result = result.masked_fill(empty, float("-inf"))
    return result if keepdim else result.squeeze()


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    empty = x.isneginf().all(dim=dim, keepdim=True)
    y = x.masked_fill(empty, 0.0)
    y = y - y.amax(dim=dim, keepdim=True)
    return (y - y.exp().sum(dim=dim, keepdim=True).log()).masked_fill(empty, float("-inf"))
