"""Knows a vector, a batch, and a batch of sequences, but not one axis more."""

import torch
from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if x.dim() == 1:
        y = weight.mv(x)
    elif x.dim() == 2:
        y = x.mm(weight.t())
    else:
        y = torch.bmm(x, weight.t().expand(x.shape[0], -1, -1))
    return y if bias is None else y + bias
