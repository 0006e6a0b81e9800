"""Wrong: one over the root is turned back before x is multiplied by it: with a small epsilon zeros meet infinity."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x):
        wide = torch.promote_types(x.dtype, torch.float32)
        scale = torch.rsqrt(x.to(wide).pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (x * scale.to(x.dtype))
