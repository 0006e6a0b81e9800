"""Right: a pair is a complex number and a rotation a product, with float32 angles as in Llama's own code."""

import torch


def rope_tables(length, d, base=10000.0):
    freqs = 1.0 / (base ** (torch.arange(0, d, 2).float() / d))
    turns = torch.polar(torch.ones(length, d // 2), torch.outer(torch.arange(length).float(), freqs))
    return turns.real.repeat(1, 2), turns.imag.repeat(1, 2)


def apply_rope(x, cos, sin, positions=None):
    T, d = x.shape[-2:]
    dtype = torch.promote_types(x.dtype, cos.dtype)
    turns = torch.complex(cos[:, : d // 2].to(dtype), sin[:, : d // 2].to(dtype))
    turns = turns[:T] if positions is None else turns[positions]
    if turns.ndim == 3:
        turns = turns.reshape(turns.shape[0], *(1,) * (x.ndim - 3), T, d // 2)
    first, second = x.to(dtype).split(d // 2, dim=-1)
    turned = torch.complex(first, second) * turns
    return torch.cat([turned.real, turned.imag], dim=-1).to(x.dtype)
