"""Wrong: the mask is read with keys in rows and queries in columns."""

import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_head, bias=False):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(d_model, d_head, bias=bias) for _ in range(3))

    def forward(self, x, mask=None):
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        scores = k @ q.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, S, T)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        scores = scores.transpose(-2, -1)
        empty = scores.isneginf().all(dim=-1, keepdim=True)
        weights = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1).masked_fill(empty, 0.0)
        return weights @ v
