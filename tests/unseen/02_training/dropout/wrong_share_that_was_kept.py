"""Divides by the share of the elements that happened to be kept, not by 1 - p."""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must lie between 0 and 1")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        mask = torch.rand(x.shape, device=x.device) >= self.p
        kept = mask.float().mean().clamp(min=1e-6)
        return (x * mask / kept).to(x.dtype)
