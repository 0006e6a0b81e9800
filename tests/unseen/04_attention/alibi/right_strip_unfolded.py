"""Right: every row of distances is a window of one strip, and the slopes come from a recursion as in the paper's code."""

import torch


def get_slopes(n):
    below = 2 ** (n.bit_length() - 1)
    if below == n:
        ratio = 2.0 ** (-8.0 / n)
        return [ratio ** (h + 1) for h in range(n)]
    return get_slopes(below) + get_slopes(2 * below)[0::2][: n - below]


def alibi_bias(num_heads, T, S):
    strip = torch.arange(1 - S, T, dtype=torch.float32)
    distances = strip.unfold(0, S, 1).flip(0)
    return torch.einsum("h,ts->hts", torch.tensor(get_slopes(num_heads)), distances)
