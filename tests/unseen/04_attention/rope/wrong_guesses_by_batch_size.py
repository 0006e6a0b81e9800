"""Wrong: positions count as those of each sequence if there are as many as sequences, also for a (T,) with T = B."""

import torch


def rope_tables(length, d, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), inv_freq)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().float(), angles.sin().float()


def apply_rope(x, cos, sin, positions=None):
    if positions is None:
        cos, sin = cos[: x.size(-2)], sin[: x.size(-2)]
    else:
        cos, sin = cos[positions], sin[positions]
        if x.ndim > 2 and positions.size(0) == x.size(0):
            while cos.ndim < x.ndim:
                cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    x1, x2 = x.chunk(2, dim=-1)
    return (x * cos + torch.cat([-x2, x1], dim=-1) * sin).to(x.dtype)
