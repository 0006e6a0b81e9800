"""Chooses between 0 and x / (1 - p): for p = 1 the result is zeros, but its gradient is 0 / 0."""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not (0 <= p <= 1):
            raise ValueError("p has to be a probability")
        self.p = p

    def forward(self, x):
        if self.training:
            keep = torch.rand(x.shape, device=x.device) >= self.p
            return torch.where(keep, x / (1 - self.p), torch.zeros_like(x))
        return x
