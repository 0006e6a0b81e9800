"""Wrong: a context of padding alone is opened in the caller's own mask, to keep the softmax finite."""

import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, d_context, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.h = num_heads
        self.d = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_context, d_model)
        self.v_proj = nn.Linear(d_context, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, context, context_mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).reshape(B, T, self.h, self.d).transpose(1, 2)
        k = self.k_proj(context).reshape(B, -1, self.h, self.d).transpose(1, 2)
        v = self.v_proj(context).reshape(B, -1, self.h, self.d).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d)
        if context_mask is not None:
            nothing = ~context_mask.any(dim=1)
            context_mask[nothing] = True
            scores = scores.masked_fill(~context_mask[:, None, None, :], -math.inf)
        heads = torch.softmax(scores, dim=-1) @ v
        if context_mask is not None:
            heads = heads.masked_fill(nothing[:, None, None, None], 0.0)
        return self.out_proj(heads.transpose(1, 2).reshape(B, T, D))
