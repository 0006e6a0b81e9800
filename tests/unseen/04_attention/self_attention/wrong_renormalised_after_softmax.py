"""Wrong: the softmax takes all tokens, and hidden weights are taken out of it afterwards, where nothing may be left."""

import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_head, bias=False):
        super().__init__()
        self.d_head = d_head
        self.q_proj = nn.Linear(d_model, d_head, bias)
        self.k_proj = nn.Linear(d_model, d_head, bias)
        self.v_proj = nn.Linear(d_model, d_head, bias)

    def forward(self, x, mask=None):
        q = self.q_proj(x)
        k = self.k_proj(x)
        v = self.v_proj(x)
        weights = torch.softmax(torch.bmm(q, k.transpose(1, 2)) / math.sqrt(self.d_head), dim=-1)
        if mask is not None:
            weights = weights * mask
            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-12)
        return torch.bmm(weights, v)
