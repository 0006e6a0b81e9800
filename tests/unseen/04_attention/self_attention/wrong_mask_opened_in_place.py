"""Wrong: rows that may attend to nothing are opened in the caller's mask itself."""

import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_head, bias=False):
        super().__init__()
        self.q_proj = nn.Linear(d_model, d_head, bias=bias)
        self.k_proj = nn.Linear(d_model, d_head, bias=bias)
        self.v_proj = nn.Linear(d_model, d_head, bias=bias)

    def forward(self, x, mask=None):
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is None:
            return torch.softmax(scores, dim=-1) @ v
        empty = ~mask.any(dim=-1, keepdim=True)
        mask |= empty
        weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)
        return weights.masked_fill(empty, 0.0) @ v
