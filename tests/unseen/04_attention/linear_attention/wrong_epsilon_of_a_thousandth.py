"""Wrong: an epsilon of 1e-3 in the divisor, where 1e-6 is allowed."""

import torch
import torch.nn.functional as F


def linear_attention(q, k, v, causal=False):
    q, k = F.elu(q) + 1, F.elu(k) + 1
    if causal:
        M = torch.cumsum(k.unsqueeze(-1) * v.unsqueeze(-2), dim=-3)
        z = torch.cumsum(k, dim=-2)
        top = (q.unsqueeze(-2) @ M).squeeze(-2)
        bottom = (q * z).sum(-1, keepdim=True)
    else:
        top = q @ (k.transpose(-2, -1) @ v)
        bottom = q @ k.sum(dim=-2).unsqueeze(-1)
    return top / (bottom + 1e-3)
