"""Wrong: a mask with four axes meets scores with five, so that its batch axis falls on the groups."""

import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model must be divisible by num_heads")
        if num_heads % num_kv_heads:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        d = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, num_kv_heads * d, bias=False)
        self.v_proj = nn.Linear(d_model, num_kv_heads * d, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        H, G = self.num_heads, self.num_kv_heads
        d = D // H
        q = self.q_proj(x).view(B, T, G, H // G, d).permute(0, 2, 3, 1, 4)
        k = self.k_proj(x).view(B, T, G, 1, d).permute(0, 2, 3, 1, 4)
        v = self.v_proj(x).view(B, T, G, 1, d).permute(0, 2, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(d)
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)
            empty = ~mask.any(dim=-1, keepdim=True)
            scores = scores.masked_fill(~(mask | empty), -math.inf)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights.masked_fill(empty, 0.0)
        out = (weights @ v).permute(0, 3, 1, 2, 4).reshape(B, T, D)
        return self.out_proj(out)
