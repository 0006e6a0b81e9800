"""Wrong: blocks of keys after a block of queries are skipped as if the first query stood at the first key."""

import math

import torch


def flash_attention(q, k, v, block_size=64, causal=False):
    T, S = q.shape[-2], k.shape[-2]
    scale = 1 / math.sqrt(q.shape[-1])
    out = []
    for i in range(0, T, block_size):
        qi = q[..., i : i + block_size, :] * scale
        n = qi.shape[-2]
        m = qi.new_full((*qi.shape[:-1], 1), -math.inf)
        l = torch.zeros_like(m)
        o = qi.new_zeros((*qi.shape[:-1], v.shape[-1]))
        for j in range(0, S, block_size):
            if causal and j > i + n - 1:
                break
            kj, vj = k[..., j : j + block_size, :], v[..., j : j + block_size, :]
            s = qi @ kj.transpose(-2, -1)
            if causal:
                rows = torch.arange(i, i + n, device=q.device)[:, None] + (S - T)
                columns = torch.arange(j, j + kj.shape[-2], device=q.device)[None, :]
                s = s.masked_fill(columns > rows, -math.inf)
            new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
            safe = torch.where(torch.isinf(new), torch.zeros_like(new), new)
            p = (s - safe).exp()
            scale_old = (m - safe).exp()
            l = l * scale_old + p.sum(-1, keepdim=True)
            o = o * scale_old + p @ vj
            m = new
        out.append(torch.where(l > 0, o / l, torch.zeros_like(o)))
    return torch.cat(out, dim=-2)
