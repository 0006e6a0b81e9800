"""Draws no numbers for the padding's row: from the same seed the rows behind it get others, of the same distribution."""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num, dim, padding_idx=None):
        super().__init__()
        if padding_idx is None:
            weight = torch.randn(num, dim)
        else:
            if padding_idx < -num or padding_idx >= num:
                raise ValueError("no such row")
            padding_idx = padding_idx % num
            weight = torch.zeros(num, dim)
            others = torch.arange(num) != padding_idx
            weight[others] = torch.randn(num - 1, dim)
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(weight)

    def forward(self, ids):
        out = self.weight[ids]
        if self.padding_idx is not None:
            out = torch.where((ids == self.padding_idx)[..., None], torch.zeros_like(out), out)
        return out
