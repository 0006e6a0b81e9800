"""Multiplies by a mask: if the gradient of a zero vector is infinite, as that of a logarithm, the row gets NaN."""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num, dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None:
            if padding_idx < -num or padding_idx > num - 1:
                raise ValueError("padding_idx is no row")
            padding_idx %= num
        self.padding_idx = padding_idx
        weight = torch.randn(num, dim)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.weight = nn.Parameter(weight)

    def forward(self, ids):
        vectors = self.weight[ids]
        if self.padding_idx is None:
            return vectors
        mask = (ids != self.padding_idx).unsqueeze(-1).to(vectors.dtype)
        return vectors * mask
