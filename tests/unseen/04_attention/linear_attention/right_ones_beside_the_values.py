"""Right: a column of ones beside the values makes z a column of M."""

import torch
import torch.nn.functional as F


def linear_attention(q, k, v, causal=False):
    q, k = F.elu(q) + 1, F.elu(k) + 1
    v = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)
    if causal:
        sums = torch.einsum("...sd,...sv->...sdv", k, v).cumsum(dim=-3)
        both = torch.einsum("...td,...tdv->...tv", q, sums)
    else:
        both = q @ (k.transpose(-2, -1) @ v)
    return both[..., :-1] / both[..., -1:]
