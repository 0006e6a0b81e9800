"""Wrong: the weights of a query that sees nothing are set to zero when the context has been computed already."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)

    def forward(self, query, keys, mask=None):
        scores = self.score((self.query_proj(query)[:, None, :] + self.key_proj(keys)).tanh())[..., 0]
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=1)
        context = (weights[:, :, None] * keys).sum(dim=1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return context, weights
