"""Right: epsilon is one more feature of each vector, in float64, and only lengths are compared."""

import torch
import torch.nn.functional as F
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x):
        D = x.shape[-1]
        longer = F.pad(x.double(), (0, 1), value=(D * self.eps) ** 0.5)
        squares = torch.einsum("...i,...i->...", longer, longer)
        scaled = torch.einsum("...i,...,i->...i", longer[..., :D], (D / squares).sqrt(), self.weight.double())
        return scaled.to(x.dtype)
