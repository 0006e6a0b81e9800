"""Wrong: the softmax takes in the hidden keys, too, and what is left is scaled up: a hidden score far above takes all."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)

    def forward(self, query, keys, mask=None):
        hidden = torch.tanh(self.query_proj(query).unsqueeze(1) + self.key_proj(keys))
        scores = self.score(hidden).squeeze(-1)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights * mask
            total = weights.sum(dim=-1, keepdim=True)
            weights = weights / total.masked_fill(total == 0, 1.0)
        context = torch.bmm(weights.unsqueeze(1), keys).squeeze(1)
        return context, weights
