"""Wrong: each block subtracts its own maximum, not the largest so far, so that a lower block makes the sums overflow."""

import math

import torch


def flash_attention(q, k, v, block_size=64, causal=False):
    T, d = q.shape[-2:]
    S = k.shape[-2]
    m = q.new_full((*q.shape[:-1], 1), -math.inf)
    l = q.new_zeros((*q.shape[:-1], 1))
    o = q.new_zeros((*q.shape[:-1], v.shape[-1]))
    rows = torch.arange(T, device=q.device)[:, None] + S - T
    for start in range(0, S, block_size):
        end = min(start + block_size, S)
        s = q @ k[..., start:end, :].mT / math.sqrt(d)
        if causal:
            s = s.masked_fill(torch.arange(start, end, device=q.device) > rows, -math.inf)
        m_new = s.amax(-1, keepdim=True)
        m_new = torch.where(m_new == -math.inf, m, m_new)
        base = torch.where(m_new == -math.inf, 0.0, m_new)
        p = torch.exp(s - base)
        alpha = torch.exp(m - base)
        l = alpha * l + p.sum(-1, keepdim=True)
        o = alpha * o + p @ v[..., start:end, :]
        m = m_new
    return torch.where(l == 0, 0.0, o / l)
