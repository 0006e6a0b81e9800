"""Wrong: the first half is overwritten before the second half is computed from it."""

import torch


def rope_tables(length, d, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, d, 2).double() / d)
    angles = torch.arange(length).double()[:, None] * inv_freq
    table = torch.cat([angles, angles], dim=1)
    return table.cos().float(), table.sin().float()


def apply_rope(x, cos, sin, positions=None):
    T, d = x.shape[-2:]
    half = d // 2
    if positions is None:
        positions = torch.arange(T, device=x.device)
    cos, sin = cos[positions][..., :half], sin[positions][..., :half]
    if positions.ndim == 2:
        while cos.ndim < x.ndim:
            cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    out = x.clone()
    out[..., :half] = x[..., :half] * cos - x[..., half:] * sin
    out[..., half:] = x[..., half:] * cos + out[..., :half] * sin
    return out
