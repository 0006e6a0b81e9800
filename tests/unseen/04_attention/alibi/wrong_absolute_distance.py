"""Wrong: keys after the query get a negative bias, too, while the formula goes on."""

import math

import torch


def alibi_bias(num_heads, T, S):
    n = 2 ** math.floor(math.log2(num_heads))
    slopes = [2 ** (-8 * (h + 1) / n) for h in range(n)]
    slopes += [2 ** (-4 * (2 * k + 1) / n) for k in range(num_heads - n)]
    positions = torch.arange(T) + S - T
    distance = (positions[:, None] - torch.arange(S)[None, :]).abs()
    return -torch.tensor(slopes)[:, None, None] * distance
