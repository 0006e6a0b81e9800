"""Wrong: where a query may attend to nothing, the output is zero after out_proj, without its bias."""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, bias=True):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("the width must be a multiple of the number of heads")
        self.h, self.d = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, d_model, bias=bias)
        self.v_proj = nn.Linear(d_model, d_model, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, query, key=None, value=None, mask=None):
        if key is None:
            key = query
        if value is None:
            value = key
        q = self.q_proj(query).unflatten(-1, (self.h, self.d)).transpose(1, 2)
        k = self.k_proj(key).unflatten(-1, (self.h, self.d)).transpose(1, 2)
        v = self.v_proj(value).unflatten(-1, (self.h, self.d)).transpose(1, 2)
        scores = q @ k.mT / math.sqrt(self.d)
        empty = None
        if mask is not None:
            mask = mask[:, None] if mask.ndim == 3 else mask
            empty = ~mask.any(dim=-1, keepdim=True)
            scores = scores.masked_fill(~(mask | empty), -math.inf)
        out = (torch.softmax(scores, dim=-1) @ v).transpose(1, 2).flatten(2)
        out = self.out_proj(out)
        if empty is not None:
            empty = empty[:, 0] if empty.ndim == 4 else empty
            out = out.masked_fill(empty, 0.0)
        return out
