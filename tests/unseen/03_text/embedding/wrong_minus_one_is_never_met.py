"""Keeps a negative `padding_idx` as it is, and compares ids with it: no id is -1, and the last row learns."""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num, dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None and not (-num <= padding_idx <= num - 1):
            raise ValueError(f"padding_idx {padding_idx} is out of range")
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num, dim))
        if padding_idx is not None:
            with torch.no_grad():
                self.weight[padding_idx].fill_(0)

    def forward(self, ids):
        out = self.weight[ids]
        if self.padding_idx is not None:
            out = out.masked_fill((ids == self.padding_idx).unsqueeze(-1), 0.0)
        return out
