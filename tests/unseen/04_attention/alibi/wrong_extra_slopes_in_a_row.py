"""Wrong: the extra slopes are the first ones of 2n heads, not every other one of them."""

import torch


def power_of_two_slopes(n):
    return [2 ** (-8 * h / n) for h in range(1, n + 1)]


def alibi_bias(num_heads, T, S):
    n = 2 ** (num_heads.bit_length() - 1)
    slopes = power_of_two_slopes(n) + power_of_two_slopes(2 * n)[: num_heads - n]
    i = torch.arange(T).view(1, T, 1) + (S - T)
    j = torch.arange(S).view(1, 1, S)
    return torch.tensor(slopes).view(-1, 1, 1) * (j - i)
