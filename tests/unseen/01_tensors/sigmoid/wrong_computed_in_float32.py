"""Computes in float32 whatever the dtype: good for half precision, but float64 loses half of its digits."""

import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    wide = x.float()
    positive = wide >= 0
    # numbers of the other side are replaced by 0 before the exponential, so that it cannot overflow
    up = 1 / (1 + torch.exp(-torch.where(positive, wide, 0)))
    e = torch.exp(torch.where(positive, 0, wide))
    return torch.where(positive, up, e / (1 + e)).to(x.dtype)
