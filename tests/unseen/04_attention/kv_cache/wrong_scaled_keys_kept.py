"""Wrong: the keys are divided by the square root of d before they are kept, so the cache does not hold the keys."""

import math

import torch
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.d_head = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, d_model, bias=False)
        self.v_proj = nn.Linear(d_model, d_model, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def split(self, x):
        return x.unflatten(-1, (self.num_heads, self.d_head)).transpose(1, 2)

    def forward(self, x, cache=None):
        T = x.shape[1]
        q, v = self.split(self.q_proj(x)), self.split(self.v_proj(x))
        k = self.split(self.k_proj(x)) / math.sqrt(self.d_head)
        if cache is not None:
            k = torch.cat([cache[0], k], dim=2)
            v = torch.cat([cache[1], v], dim=2)
        scores = q @ k.transpose(-2, -1)
        S = k.shape[2] - T
        mask = torch.ones(T, S + T, dtype=torch.bool, device=x.device).tril(S)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        out = (weights @ v).transpose(1, 2).flatten(2)
        return self.out_proj(out), (k, v)
