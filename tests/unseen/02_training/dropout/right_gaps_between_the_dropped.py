"""Draws how far it is from each dropped element to the next: geometric gaps are the same as independent draws."""

import math

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"{p} is no probability")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0
        u = torch.rand(x.numel(), dtype=torch.float64, device=x.device)
        gaps = torch.floor(torch.log1p(-u) / math.log1p(-self.p)) + 1
        places = gaps.cumsum(0) - 1
        factors = torch.full_like(u, 1 / (1 - self.p))
        factors[places[places < x.numel()].long()] = 0
        return (x * factors.view(x.shape)).to(x.dtype)
