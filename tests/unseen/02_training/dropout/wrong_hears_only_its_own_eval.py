"""Listens to `eval` and `train` with a flag of its own; but a model that contains it calls only `train(False)` of it."""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p is {p}")
        self.p = p
        self.active = True

    def train(self, mode=True):
        self.active = True
        return super().train(mode)

    def eval(self):
        super().eval()
        self.active = False
        return self

    def forward(self, x):
        if not self.active or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x) * x
        mask = (torch.rand(x.shape, device=x.device) >= self.p).to(x.dtype)
        return mask * x / (1 - self.p)
