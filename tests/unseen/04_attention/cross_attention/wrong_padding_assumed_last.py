"""Wrong: only the number of real tokens is taken from the mask, as if they always came first."""

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

    def forward(self, x, context, context_mask=None):
        B, T, D = x.shape
        S, d = context.shape[1], D // self.num_heads
        if context_mask is None:
            context_mask = torch.ones(B, S, dtype=torch.bool, device=x.device)
        lengths = context_mask.sum(dim=1)
        q = self.q_proj(x).view(B, T, -1, d).transpose(1, 2)
        k = self.k_proj(context).view(B, S, -1, d).transpose(1, 2)
        v = self.v_proj(context).view(B, S, -1, d).transpose(1, 2)
        padding = torch.arange(S, device=x.device) >= lengths[:, None, None, None]
        scores = (q @ k.mT / math.sqrt(d)).masked_fill(padding, torch.finfo(x.dtype).min)
        weights = scores.softmax(dim=-1).masked_fill(padding, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(B, T, D))
