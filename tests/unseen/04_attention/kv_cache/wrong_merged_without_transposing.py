"""Wrong: the heads are put together without swapping heads and tokens first, which is right for a single token only."""

import math

import torch
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model must be a multiple of num_heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, d_model, bias=False)
        self.v_proj = nn.Linear(d_model, d_model, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        B, T, D = x.shape
        H, d = self.num_heads, D // self.num_heads
        q, k, v = (p(x).view(B, T, H, d).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        S = 0
        if cache is not None:
            S = cache[0].size(2)
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        mask = torch.tril(torch.ones(T, S + T, dtype=torch.bool, device=x.device), diagonal=S)
        scores = (q @ k.transpose(2, 3) / math.sqrt(d)).masked_fill(~mask, -math.inf)
        out = torch.softmax(scores, dim=-1) @ v
        return self.out_proj(out.reshape(B, T, D)), (k, v)
