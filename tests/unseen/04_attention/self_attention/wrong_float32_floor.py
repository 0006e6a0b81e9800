"""Wrong: hidden scores become the most negative float32, which float16 and bfloat16 cannot hold."""

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_head, bias=False):
        super().__init__()
        self.q_proj = nn.Linear(d_model, d_head, bias=bias)
        self.k_proj = nn.Linear(d_model, d_head, bias=bias)
        self.v_proj = nn.Linear(d_model, d_head, bias=bias)
        self.scale = d_head**-0.5

    def forward(self, x, mask=None):
        scores = self.q_proj(x) @ self.k_proj(x).mT * self.scale
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(torch.float32).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return weights @ self.v_proj(x)
