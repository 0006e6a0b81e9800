"""Wrong: with fewer keys than queries the triangle starts at the first query."""

import torch


def causal_mask(T, S=None):
    if S is None:
        S = T
    offset = max(S - T, 0)
    return torch.arange(S)[None, :] <= torch.arange(T)[:, None] + offset


def padding_mask(lengths, T):
    return (torch.arange(T, device=lengths.device)[None, :] < lengths[:, None]).unsqueeze(1)


def combine(*masks):
    masks = [mask for mask in masks if mask is not None]
    if not masks:
        return None
    result = masks[0]
    for mask in masks[1:]:
        result = torch.logical_and(result, mask)
    return result
