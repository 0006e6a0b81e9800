"""Wrong: the float32 version of x is divided in place, and where x is in float32 that is x itself."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x):
        wide = x if x.dtype == torch.float64 else x.float()
        rms = torch.sqrt(torch.mean(wide**2, dim=-1, keepdim=True) + self.eps)
        return wide.div_(rms).to(x.dtype) * self.weight
