"""Wrong: a causal mask of all T x S is made at first, and cut into blocks, so memory is quadratic after all."""

import math

import torch


def flash_attention(q, k, v, block_size=64, causal=False):
    T, d = q.shape[-2:]
    S = k.shape[-2]
    m = torch.full((*q.shape[:-1], 1), -math.inf, dtype=q.dtype, device=q.device)
    l = torch.zeros_like(m)
    o = torch.zeros(*q.shape[:-1], v.shape[-1], dtype=q.dtype, device=q.device)
    mask = torch.ones(T, S, dtype=torch.bool, device=q.device).tril(S - T) if causal else None
    for start in range(0, S, block_size):
        kb, vb = k[..., start : start + block_size, :], v[..., start : start + block_size, :]
        scores = q @ kb.transpose(-2, -1) / math.sqrt(d)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, start : start + block_size], -math.inf)
        new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))
        safe = new.masked_fill(new == -math.inf, 0.0)
        p = torch.exp(scores - safe)
        correction = torch.exp(m - safe)
        l = correction * l + p.sum(dim=-1, keepdim=True)
        o = correction * o + p @ vb
        m = new
    return o / l.masked_fill(l == 0, 1.0)
