"""Wrong: a number of heads that is a power of two is split as well, in two halves."""

import torch


def get_slopes(num_heads):
    n = 1
    while 2 * n < num_heads:
        n *= 2
    first = [2 ** (-8 * h / n) for h in range(1, n + 1)]
    rest = [2 ** (-8 * h / (2 * n)) for h in range(1, 2 * n + 1)][0::2]
    return torch.tensor(first + rest[: num_heads - n])


def alibi_bias(num_heads, T, S):
    queries = torch.arange(S - T, S).unsqueeze(1)
    return get_slopes(num_heads).view(-1, 1, 1) * (torch.arange(S) - queries)
