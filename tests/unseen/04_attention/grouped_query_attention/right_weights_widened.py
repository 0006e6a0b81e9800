"""Right: the rows of the key and value weights are repeated, and what follows is plain multi-head attention."""

import torch
import torch.nn.functional as F
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads, bias=False):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} features, but {num_heads} heads")
        if num_heads % num_kv_heads:
            raise ValueError(f"{num_heads} heads, but {num_kv_heads} groups")
        self.num_heads = num_heads
        d = d_model // num_heads
        rows = torch.arange(num_kv_heads * d).view(num_kv_heads, d)
        self.rows = rows.repeat_interleave(num_heads // num_kv_heads, dim=0).flatten().tolist()
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, num_kv_heads * d, bias=bias)
        self.v_proj = nn.Linear(d_model, num_kv_heads * d, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)

    def widened(self, layer, x):
        return F.linear(x, layer.weight[self.rows], None if layer.bias is None else layer.bias[self.rows])

    def forward(self, x, mask=None):
        q, k, v = self.q_proj(x), self.widened(self.k_proj, x), self.widened(self.v_proj, x)
        q, k, v = (t.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.mT).div(q.shape[-1] ** 0.5)
        if mask is None:
            return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))
        mask = mask.unsqueeze(1) if mask.ndim == 3 else mask
        top = scores.detach().masked_fill(~mask, torch.finfo(scores.dtype).min).amax(-1, keepdim=True)
        weights = torch.where(mask, scores - top, float("-inf")).exp()
        total = weights.sum(-1, keepdim=True)
        weights = weights / torch.where(total > 0, total, 1.0)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))
