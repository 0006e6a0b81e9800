"""Wrong: hidden scores become -10000, and scores may be as low as that."""

import math

import torch


def flash_attention(q, k, v, block_size=64, causal=False):
    T, d = q.shape[-2:]
    S = k.shape[-2]
    shape = q.shape[:-1]
    m = torch.full(shape, -math.inf, dtype=q.dtype, device=q.device)
    l = torch.zeros(shape, dtype=q.dtype, device=q.device)
    o = torch.zeros(*shape, v.shape[-1], dtype=q.dtype, device=q.device)
    last = torch.arange(T, device=q.device) + S - T
    for start in range(0, S, block_size):
        keys = k[..., start : start + block_size, :]
        scores = q @ keys.transpose(-2, -1) / math.sqrt(d)
        if causal:
            positions = start + torch.arange(keys.shape[-2], device=q.device)
            scores = scores.masked_fill(positions[None, :] > last[:, None], -1e4)
        new = torch.maximum(m, scores.amax(dim=-1))
        p = torch.exp(scores - new[..., None])
        keep = torch.exp(m - new)
        l = keep * l + p.sum(dim=-1)
        o = keep[..., None] * o + p @ v[..., start : start + block_size, :]
        m = new
    out = o / l[..., None]
    if causal:
        out = out.masked_fill(last[:, None] < 0, 0.0)
    return out
