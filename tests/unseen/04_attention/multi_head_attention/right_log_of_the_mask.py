"""Right: the mask becomes its logarithm and is added, and rows of nothing are given a score to be finite."""

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, bias=True):
        super().__init__()
        self.d_head, rest = divmod(d_model, num_heads)
        if rest:
            raise ValueError("d_model must be a multiple of num_heads")
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, d_model, bias=bias)
        self.v_proj = nn.Linear(d_model, d_model, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, query, key=None, value=None, mask=None):
        if key is None:
            key = query
        if value is None:
            value = key
        q = self.q_proj(query).unflatten(-1, (-1, self.d_head))
        k = self.k_proj(key).unflatten(-1, (-1, self.d_head))
        v = self.v_proj(value).unflatten(-1, (-1, self.d_head))
        scores = torch.einsum("bthd,bshd->btsh", q, k) / self.d_head**0.5
        if mask is None:
            mask = torch.ones(1, 1, dtype=torch.bool, device=query.device)
        if mask.ndim == 4:
            mask = mask.squeeze(1)
        mask = mask.unsqueeze(-1)  # the heads are the last axis
        empty = ~mask.any(dim=-2, keepdim=True)
        scores = scores + torch.log((mask | empty).to(scores.dtype))
        weights = torch.softmax(scores, dim=2) * ~empty
        return self.out_proj(torch.einsum("btsh,bshd->bthd", weights, v).flatten(2))
