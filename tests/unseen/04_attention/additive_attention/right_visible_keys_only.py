"""Right: each sequence by itself, and of its keys only those that are seen."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)

    def forward(self, query, keys, mask=None):
        if mask is None:
            mask = keys.new_ones(keys.shape[:2], dtype=torch.bool)
        contexts, rows = [], []
        for asked, words, seen in zip(query, keys, mask, strict=True):
            words = words[seen]
            scores = self.score(torch.tanh(self.key_proj(words) + self.query_proj(asked)))
            weights = scores.softmax(dim=0)
            contexts.append(weights.T.matmul(words).flatten())
            rows.append(keys.new_zeros(seen.shape).masked_scatter(seen, weights.flatten()))
        return torch.stack(contexts), torch.stack(rows)
