"""Wrong: the number of cached tokens is read from the axis of the heads."""

import math

import torch
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, d_model, bias=False)
        self.v_proj = nn.Linear(d_model, d_model, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        B, T, D = x.shape
        d = D // self.num_heads
        q = self.q_proj(x).view(B, T, self.num_heads, d).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_heads, d).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_heads, d).transpose(1, 2)
        past = 0
        if cache is not None:
            past = cache[0].shape[1]
            k = torch.cat([cache[0], k], dim=-2)
            v = torch.cat([cache[1], v], dim=-2)
        query_positions = torch.arange(past, past + T, device=x.device)
        key_positions = torch.arange(k.shape[-2], device=x.device)
        hidden = key_positions[None, :] > query_positions[:, None]
        scores = (q @ k.mT / math.sqrt(d)).masked_fill(hidden, -math.inf)
        out = (scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), (k, v)
