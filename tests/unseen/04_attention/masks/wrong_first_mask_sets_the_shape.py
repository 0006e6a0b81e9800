"""Wrong: the first mask is copied and narrowed in place, so it must have the full shape already."""

import torch


def causal_mask(T, S=None):
    S = T if S is None else S
    return torch.ones(T, S, dtype=torch.bool).tril(S - T)


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device)[None, None] < lengths[:, None, None]


def combine(*masks):
    masks = sorted((mask for mask in masks if mask is not None), key=lambda mask: mask.numel(), reverse=True)
    if not masks:
        return None
    result = masks[0].clone()
    for mask in masks[1:]:
        result &= mask
    return result
