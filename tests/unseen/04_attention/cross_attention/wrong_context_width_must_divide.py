"""Wrong: ValueError also if the context's width cannot be divided among the heads, though it may be any number."""

import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads or d_context % num_heads:
            raise ValueError("the widths must be divisible by num_heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_context, d_model)
        self.v_proj = nn.Linear(d_context, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, context, context_mask=None):
        B, T, D = x.shape
        H = self.num_heads
        q = self.q_proj(x).view(B, T, H, -1).transpose(1, 2)
        k = self.k_proj(context).view(B, -1, H, D // H).transpose(1, 2)
        v = self.v_proj(context).view(B, -1, H, D // H).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(D // H)
        if context_mask is not None:
            mask = context_mask[:, None, None, :]
            empty = ~mask.any(-1, keepdim=True)
            scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0.0)
        weights = torch.softmax(scores, dim=-1)
        if context_mask is not None:
            weights = weights.masked_fill(empty, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(B, T, D))
