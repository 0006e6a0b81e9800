"""Wrong: the width, not the number of heads, is checked against the number of groups."""

import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        if d_model % num_kv_heads != 0:
            raise ValueError("d_model must be divisible by num_kv_heads")
        self.H, self.G, self.d = num_heads, num_kv_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.v_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.H, self.d).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.G, self.d).transpose(1, 2).repeat_interleave(self.H // self.G, dim=1)
        v = self.v_proj(x).view(B, T, self.G, self.d).transpose(1, 2).repeat_interleave(self.H // self.G, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d)
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)
            empty = ~mask.any(-1, keepdim=True)
            scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0.0)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights.masked_fill(empty, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(B, T, D))
