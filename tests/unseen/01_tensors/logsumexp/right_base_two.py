"""Works with powers and logarithms of 2, and turns the result into a natural logarithm at the end."""

import math

import torch
from torch import Tensor


def shifted(x: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    nothing = torch.all(x == -math.inf, dim=dim, keepdim=True)
    y = x.masked_fill(nothing, 0)
    top = torch.amax(y, dim=dim, keepdim=True).detach()
    top = top.masked_fill(top == math.inf, 0)
    return nothing, top, y - top


def log_of_sum(z: Tensor, dim: int) -> Tensor:
    return math.log(2) * torch.exp2(z / math.log(2)).sum(dim=dim, keepdim=True).log2()


def logsumexp(x: Tensor, dim: int = -1, keepdim: bool = False) -> Tensor:
    nothing, top, z = shifted(x, dim)
    result = (top + log_of_sum(z, dim)).masked_fill(nothing, -math.inf)
    return result if keepdim else result.squeeze(dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    nothing, _, z = shifted(x, dim)
    return (z - log_of_sum(z, dim)).masked_fill(nothing, -math.inf)
