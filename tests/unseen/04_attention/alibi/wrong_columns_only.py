"""Wrong: slope times the key's position, as in BLOOM, which only a softmax makes equal."""

import torch


def slopes(n):
    power = 2 ** (n.bit_length() - 1)
    first = [2 ** (-8 * h / power) for h in range(1, power + 1)]
    return first + [2 ** (-4 * (2 * k - 1) / power) for k in range(1, n - power + 1)]


def alibi_bias(num_heads, T, S):
    m = torch.tensor(slopes(num_heads))
    return (m[:, None, None] * torch.arange(S)).expand(num_heads, T, S).contiguous()
