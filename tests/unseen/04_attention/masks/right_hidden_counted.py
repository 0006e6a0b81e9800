"""Right: everything by its opposite: what is hidden is marked, and what is not marked is allowed."""

import torch


def causal_mask(T, S=None):
    S = T if S is None else S
    return ~torch.ones(T, S, dtype=torch.bool).triu(S - T + 1)


def padding_mask(lengths, T):
    ends = torch.zeros(len(lengths), T + 1, dtype=torch.int64, device=lengths.device)
    ends.scatter_(1, lengths.long()[:, None], 1)
    return ends.cumsum(1)[:, None, :T] == 0


def combine(first=None, *others):
    if not others:
        return first
    rest = combine(*others)
    if first is None or rest is None:
        return rest if first is None else first
    return ~(~first | ~rest)
