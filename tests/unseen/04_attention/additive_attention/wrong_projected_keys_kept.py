"""Wrong: the keys of a sequence are projected once and kept for the next query, whatever has changed by then."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)
        self.seen = None
        self.projected = None

    def project(self, keys):
        """Project the keys. A translator asks the same keys again for every word that it writes."""
        if self.seen is not keys:
            self.seen = keys
            self.projected = self.key_proj(keys)
        return self.projected

    def forward(self, query, keys, mask=None):
        scores = self.score(torch.tanh(self.query_proj(query).unsqueeze(1) + self.project(keys))).squeeze(-1)
        if mask is None:
            weights = torch.softmax(scores, dim=-1)
        else:
            lowest = torch.finfo(scores.dtype).min
            weights = torch.softmax(scores.masked_fill(~mask, lowest), dim=-1).masked_fill(~mask, 0)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1), weights
