"""Right: token by token, with the tokens that it may attend to picked out, and no mask on any score."""

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_head, bias=False):
        super().__init__()
        self.q_proj = nn.Linear(d_model, d_head, bias=bias)
        self.k_proj = nn.Linear(d_model, d_head, bias=bias)
        self.v_proj = nn.Linear(d_model, d_head, bias=bias)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        if mask is None:
            mask = torch.ones(T, T, dtype=torch.bool, device=x.device)
        mask = mask.expand(B, T, T)
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        rows = []
        for b in range(B):
            for t in range(T):
                seen = mask[b, t]
                scores = k[b, seen] @ q[b, t] / q.shape[-1] ** 0.5
                rows.append(scores.softmax(0) @ v[b, seen])
        return torch.stack(rows).view(B, T, -1)
