"""Wrong: `S or T` takes no keys at all for as many keys as queries."""

import torch


def causal_mask(T, S=None):
    S = S or T
    return torch.ones(T, S, dtype=torch.bool).tril(S - T)


def padding_mask(lengths, T):
    return (torch.arange(T, device=lengths.device) < lengths[:, None])[:, None, :]


def combine(*masks):
    result = None
    for mask in masks:
        if mask is not None:
            result = mask if result is None else result & mask
    return result
