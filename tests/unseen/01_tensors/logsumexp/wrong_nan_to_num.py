"""Mends the NaN of a row of -inf by `nan_to_num`, which also makes every -inf a finite number."""

import torch
from torch import Tensor


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    c = x.amax(dim=dim, keepdim=True).detach()
    c = torch.where(torch.isfinite(c), c, torch.zeros_like(c))
    total = torch.exp(x - c).sum(dim=dim, keepdim=True)
    positive = total > 0
    result = torch.where(positive, torch.where(positive, total, 1.0).log() + c, -torch.inf)
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    return torch.nan_to_num(x - logsumexp(x, dim=dim, keepdim=True), nan=-torch.inf)
