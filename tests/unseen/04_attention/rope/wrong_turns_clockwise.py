"""Wrong: the minus stands at the wrong half, so that all vectors turn backwards."""

import torch


def rope_tables(length, d, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), inv_freq).repeat(1, 2)
    return angles.cos().float(), angles.sin().float()


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat([x[..., half:], -x[..., :half]], dim=-1)


def apply_rope(x, cos, sin, positions=None):
    if positions is None:
        cos, sin = cos[: x.shape[-2]], sin[: x.shape[-2]]
    else:
        cos, sin = cos[positions], sin[positions]
        if positions.ndim == 2:
            shape = (cos.shape[0], *[1] * (x.ndim - 3), *cos.shape[1:])
            cos, sin = cos.view(shape), sin.view(shape)
    return (x * cos + rotate_half(x) * sin).to(x.dtype)
