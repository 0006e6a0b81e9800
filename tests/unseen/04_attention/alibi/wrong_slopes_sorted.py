"""Wrong: the slopes are sorted from the steepest, while the statement puts those of n heads first."""

import torch


def alibi_bias(num_heads, T, S):
    n = 1 << (num_heads.bit_length() - 1)
    slopes = [2 ** (-8 * h / n) for h in range(1, n + 1)]
    slopes += [2 ** (-4 * (2 * k - 1) / n) for k in range(1, num_heads - n + 1)]
    slopes = torch.tensor(sorted(slopes, reverse=True))
    distance = torch.arange(S)[None, :] - (torch.arange(T)[:, None] + S - T)
    return slopes[:, None, None] * distance
