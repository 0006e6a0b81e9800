"""Wrong: a hidden score is lowered by a million, which a score of a million makes good again."""

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
        if mask is None:
            weights = scores.softmax(dim=-1)
        else:
            weights = (scores - 1e6 * (~mask)).softmax(dim=-1)
            weights = weights * mask.any(dim=-1, keepdim=True)
        context = (weights.unsqueeze(-2) @ keys).squeeze(-2)
        return context, weights
