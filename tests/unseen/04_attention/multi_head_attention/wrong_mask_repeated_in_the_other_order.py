"""Wrong: heads and batch are one axis, batch first, but the mask is repeated for it heads first."""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, bias=True):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} features cannot be divided among {num_heads} heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, d_model, bias=bias)
        self.v_proj = nn.Linear(d_model, d_model, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, query, key=None, value=None, mask=None):
        key = query if key is None else key
        value = key if value is None else value
        B, T, D = query.shape
        S, H = key.shape[1], self.num_heads
        d = D // H
        q = self.q_proj(query).view(B, T, H, d).transpose(1, 2).reshape(B * H, T, d)
        k = self.k_proj(key).view(B, S, H, d).transpose(1, 2).reshape(B * H, S, d)
        v = self.v_proj(value).view(B, S, H, d).transpose(1, 2).reshape(B * H, S, d)
        scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(d)
        if mask is not None:
            if mask.dim() == 4:
                mask = mask.squeeze(1)
            mask = mask.expand(B, T, S).repeat(H, 1, 1)
            scores = scores.masked_fill(~mask, -math.inf)
            empty = ~mask.any(dim=-1, keepdim=True)
            scores = scores.masked_fill(empty, 0.0)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(empty, 0.0)
        out = torch.bmm(weights, v).view(B, H, T, d).transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out)
