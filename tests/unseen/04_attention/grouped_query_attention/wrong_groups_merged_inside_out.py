"""Wrong: the heads are rightly grouped as (G, r), but merged again as (r, G)."""

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if d_model % num_heads or num_heads % num_kv_heads:
            raise ValueError("d_model must be a multiple of num_heads, and num_heads of num_kv_heads")
        self.G = num_kv_heads
        self.d = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.v_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.G, -1, self.d)
        k = self.k_proj(x).view(B, T, self.G, self.d)
        v = self.v_proj(x).view(B, T, self.G, self.d)
        scores = torch.einsum("btgrd,bsgd->bgrts", q, k) * self.d**-0.5
        if mask is not None:
            if mask.ndim == 3:
                mask = mask[:, None, None]
            elif mask.ndim == 4:
                mask = mask[:, None]
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        out = torch.einsum("bgrts,bsgd->btrgd", weights, v)
        return self.out_proj(out.reshape(B, T, D))
