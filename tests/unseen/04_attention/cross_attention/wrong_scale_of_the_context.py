"""Wrong: the scores are divided by the square root of the context's width over the heads, E / H."""

import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.scale = math.sqrt(d_context / num_heads)
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_context, d_model)
        self.v_proj = nn.Linear(d_context, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, context, context_mask=None):
        B, T, D = x.shape
        S, H = context.shape[1], self.num_heads
        q = self.q_proj(x).view(B, T, H, D // H).transpose(1, 2)
        k = self.k_proj(context).view(B, S, H, D // H).transpose(1, 2)
        v = self.v_proj(context).view(B, S, H, D // H).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / self.scale
        if context_mask is not None:
            mask = context_mask.view(B, 1, 1, S)
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=-1)
        if context_mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).contiguous().view(B, T, D))
