"""Right: the keys are halved until they fit a block, and the sums of two halves are merged as a block would be."""

import math

import torch


def flash_attention(q, k, v, block_size=64, causal=False):
    T, S = q.shape[-2], k.shape[-2]
    q = q * q.shape[-1] ** -0.5
    rows = torch.arange(S - T, S, device=q.device).unsqueeze(-1)

    def sums(start, stop):
        if stop - start > block_size:
            middle = (start + stop) // 2
            (m1, l1, o1), (m2, l2, o2) = sums(start, middle), sums(middle, stop)
            m = torch.maximum(m1, m2)
            f1, f2 = (m1 - m).exp(), (m2 - m).exp()
            return m, f1 * l1 + f2 * l2, f1 * o1 + f2 * o2
        scores = q @ k[..., start:stop, :].transpose(-1, -2)
        if causal:
            scores = scores.masked_fill(torch.arange(start, stop, device=q.device) > rows, -math.inf)
        m = scores.amax(-1, keepdim=True).clamp(min=torch.finfo(q.dtype).min)
        p = (scores - m).exp()
        return m, p.sum(-1, keepdim=True), p @ v[..., start:stop, :]

    _, l, o = sums(0, S)
    return torch.where(l > 0, o / l, torch.zeros_like(o))
