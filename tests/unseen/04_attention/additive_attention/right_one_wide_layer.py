"""Right: both projections are one matrix product of query and key side by side; the softmax is written out."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, d_query, d_key, d_attn):
        super().__init__()
        self.query_proj = nn.Linear(d_query, d_attn, bias=False)
        self.key_proj = nn.Linear(d_key, d_attn, bias=False)
        self.score = nn.Linear(d_attn, 1, bias=False)

    def forward(self, query, keys, mask=None):
        S = keys.shape[1]
        if mask is None:
            mask = torch.ones(keys.shape[:2], dtype=torch.bool, device=keys.device)
        pairs = torch.cat([query.unsqueeze(1).expand(-1, S, -1), keys], dim=-1)
        both = torch.cat([self.query_proj.weight, self.key_proj.weight], dim=1)
        scores = torch.tanh(pairs @ both.T) @ self.score.weight[0]
        floor = torch.full_like(scores, -torch.inf)
        largest = torch.where(mask, scores, floor).amax(dim=1, keepdim=True)
        below = torch.where(mask, scores - largest, 0).clamp(max=0)
        powers = below.exp() * mask
        total = powers.sum(dim=1, keepdim=True)
        weights = powers / torch.where(total == 0, 1, total)
        return torch.einsum("bs,bsk->bk", weights, keys), weights
