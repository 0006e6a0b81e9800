"""Right: every number asked for by itself, in Python lists, and a product of masks by broadcast_tensors."""

import torch


def causal_mask(T, S=None):
    S = T if S is None else S
    rows = [[j <= i + S - T for j in range(S)] for i in range(T)]
    return torch.tensor(rows, dtype=torch.bool).reshape(T, S)


def padding_mask(lengths, T):
    rows = [[t < n for t in range(T)] for n in lengths.tolist()]
    return torch.tensor(rows, dtype=torch.bool, device=lengths.device).reshape(len(rows), 1, T)


def combine(*masks):
    real = [mask for mask in masks if mask is not None]
    if not real:
        return None
    return torch.stack(torch.broadcast_tensors(*real)).all(dim=0)
