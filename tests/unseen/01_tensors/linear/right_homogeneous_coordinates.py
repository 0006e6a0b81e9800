"""Appends a 1 to each vector and the bias to the weights as one more column, so that one product does it all."""

import torch
from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if bias is not None:
        one = torch.ones_like(x[..., :1]) if x.shape[-1] else x.new_ones(*x.shape[:-1], 1)
        x = torch.cat([x, one], dim=-1)
        weight = torch.cat([weight, bias.unsqueeze(1)], dim=1)
    return x @ weight.T
