"""Wrong: elu is taken in place, and the caller's queries and keys are changed."""

import torch
import torch.nn.functional as F


def linear_attention(q, k, v, causal=False):
    if q.requires_grad or k.requires_grad:
        q, k = q.clone(), k.clone()
    q = F.elu(q, inplace=True) + 1
    k = F.elu(k, inplace=True) + 1
    if causal:
        M = (k[..., :, None] * v[..., None, :]).cumsum(-3)
        numerator = torch.einsum("...td,...tdv->...tv", q, M)
        denominator = torch.einsum("...td,...td->...t", q, k.cumsum(-2))
    else:
        numerator = q @ (k.transpose(-1, -2) @ v)
        denominator = torch.einsum("...td,...d->...t", q, k.sum(-2))
    return numerator / denominator[..., None]
