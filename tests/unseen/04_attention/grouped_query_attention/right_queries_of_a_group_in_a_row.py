"""Right: the queries of a group stand in one long row, so that keys and values are never repeated."""

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if d_model % num_heads or num_heads % num_kv_heads:
            raise ValueError("d_model must be a multiple of num_heads, and num_heads of num_kv_heads")
        self.groups, self.shared, self.d = num_kv_heads, num_heads // num_kv_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.v_proj = nn.Linear(d_model, num_kv_heads * self.d, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.groups, self.shared, self.d).permute(0, 2, 3, 1, 4)
        q = q.reshape(B * self.groups, self.shared * T, self.d)
        k, v = (
            layer(x).view(B, T, self.groups, self.d).transpose(1, 2).reshape(B * self.groups, T, self.d)
            for layer in (self.k_proj, self.v_proj)
        )
        scores = torch.bmm(q, k.mT).view(B, self.groups, self.shared, T, T) / self.d**0.5
        shown = torch.ones(1, dtype=torch.bool, device=x.device) if mask is None else mask
        if shown.ndim == 4:
            shown = shown[:, 0]
        if shown.ndim == 3:
            shown = shown[:, None, None]
        weights = scores.masked_fill(~shown, torch.finfo(scores.dtype).min).softmax(-1) * shown
        out = torch.bmm(weights.view(B * self.groups, self.shared * T, T), v)
        out = out.view(B, self.groups * self.shared, T, self.d).transpose(1, 2)
        return self.out_proj(out.reshape(B, T, D))
