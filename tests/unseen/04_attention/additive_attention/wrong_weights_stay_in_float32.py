"""Wrong: for half precision the softmax is taken in float32, and its weights are handed back as they are."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)

    def forward(self, query, keys, mask=None):
        scores = self.score(torch.tanh(self.query_proj(query).unsqueeze(1) + self.key_proj(keys))).squeeze(-1)
        wide = torch.promote_types(scores.dtype, torch.float32)
        scores = scores.to(wide)
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(wide).min)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0)
        context = torch.einsum("bs,bsd->bd", weights, keys.to(wide)).to(keys.dtype)
        return context, weights
