"""Right: tokens are columns, products are written out, and the scale is applied behind the second one."""

import torch
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.p = dropout

    def forward(self, x):
        tokens = x.reshape(-1, x.shape[-1]).T
        hidden = self.up.weight @ tokens + self.up.bias[:, None]
        kept, scale = hidden > 0, 1.0
        if self.training:
            kept = kept & (torch.rand(hidden.shape, device=x.device) >= self.p)
            scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        result = scale * (self.down.weight @ (hidden * kept)) + self.down.bias[:, None]
        return result.T.reshape(x.shape)
