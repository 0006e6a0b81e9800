"""Wrong: padding is set to zero in the context, but still takes part in the softmax."""

import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_context, d_model)
        self.v_proj = nn.Linear(d_context, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def split(self, x):
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def forward(self, x, context, context_mask=None):
        q, k, v = self.split(self.q_proj(x)), self.split(self.k_proj(context)), self.split(self.v_proj(context))
        if context_mask is not None:
            real = context_mask[:, None, :, None]
            k, v = k * real, v * real
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        out = torch.softmax(scores, dim=-1) @ v
        return self.out_proj(out.transpose(1, 2).flatten(2))
