"""Keeps the maximum finite by `clamp`: the values are right, but for a row of -inf the gradient is infinity times 0."""

import torch
from torch import Tensor


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    limits = torch.finfo(x.dtype)
    c = x.amax(dim=dim, keepdim=True).clamp(limits.min, limits.max).detach()
    result = torch.log(torch.exp(x - c).sum(dim=dim, keepdim=True)) + c
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    total = logsumexp(x, dim=dim, keepdim=True)
    return torch.where(torch.isneginf(x), x, x - total)
