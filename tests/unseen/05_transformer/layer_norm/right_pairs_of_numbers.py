"""Right: mean and variance from the differences of all pairs; the mean itself is never computed."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        between = x.unsqueeze(-1) - x.unsqueeze(-2)
        centred = between.mean(dim=-1)
        variance = between.square().mean(dim=(-2, -1)) / 2
        return torch.einsum("...i,...,i->...i", centred, (variance + self.eps).rsqrt(), self.weight) + self.bias
