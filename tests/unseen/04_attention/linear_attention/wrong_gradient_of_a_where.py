"""Wrong: φ is a torch.where of x + 1 and exp(x): where exp overflows, the gradient of the branch not taken is NaN."""

import torch


def phi(x):
    return torch.where(x > 0, x + 1, torch.exp(x))


def linear_attention(q, k, v, causal=False):
    q, k = phi(q), phi(k)
    kv = torch.einsum("...sd,...sv->...sdv", k, v)
    if causal:
        M, z = kv.cumsum(dim=-3), k.cumsum(dim=-2)
        return torch.einsum("...td,...tdv->...tv", q, M) / (q * z).sum(dim=-1, keepdim=True)
    M, z = kv.sum(dim=-3), k.sum(dim=-2, keepdim=True)
    return (q @ M) / (q * z).sum(dim=-1, keepdim=True)
