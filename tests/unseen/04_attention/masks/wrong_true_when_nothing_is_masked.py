"""Wrong: combine starts from a True, and returns it where there is no mask at all."""

import torch


def causal_mask(T, S=None):
    S = T if S is None else S
    return torch.ones(T, S, dtype=torch.bool).tril(S - T)


def padding_mask(lengths, T):
    return (torch.arange(T, device=lengths.device) < lengths.unsqueeze(-1)).unsqueeze(1)


def combine(*masks):
    if len(masks) == 0:
        return None
    result = torch.tensor(True)
    for mask in masks:
        if mask is not None:
            result = result.to(mask.device) & mask
    return result
