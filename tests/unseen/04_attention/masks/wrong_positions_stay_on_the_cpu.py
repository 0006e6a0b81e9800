"""Wrong: padding_mask counts on the CPU, wherever the lengths are."""

import torch


def causal_mask(T, S=None):
    S = T if S is None else S
    return torch.tril(torch.ones(T, S, dtype=torch.bool), diagonal=S - T)


def padding_mask(lengths, T):
    return torch.arange(T).view(1, 1, T) < lengths.view(-1, 1, 1)


def combine(*masks):
    result = None
    for mask in masks:
        if mask is None:
            continue
        result = mask if result is None else result & mask
    return result
