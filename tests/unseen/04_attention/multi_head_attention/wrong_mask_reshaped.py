"""Wrong: a mask is reshaped to (-1, 1, T, S), so that an axis of length 1 is not stretched but mixed up."""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, bias=True):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
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
        q = self.q_proj(query).view(B, T, H, D // H).transpose(1, 2)
        k = self.k_proj(key).view(B, S, H, D // H).transpose(1, 2)
        v = self.v_proj(value).view(B, S, H, D // H).transpose(1, 2)
        scores = q @ k.transpose(2, 3) / math.sqrt(D // H)
        if mask is not None:
            mask = mask.reshape(-1, 1, T, S)
            empty = ~mask.any(-1, keepdim=True)
            scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0.0)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights.masked_fill(empty, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(B, T, D))
