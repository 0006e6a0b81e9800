"""Right: the length of the vector and that of epsilon are the legs of a right triangle."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x):
        wide = torch.promote_types(x.dtype, torch.float32)
        size = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=wide) / x.shape[-1] ** 0.5
        rms = torch.hypot(size, torch.full_like(size, self.eps**0.5))
        return (x.to(wide) / rms * self.weight.to(wide)).to(x.dtype)
