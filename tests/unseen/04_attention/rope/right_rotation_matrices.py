"""Right: a whole rotation matrix (d, d) for each position, and a product of matrices."""

import torch


def rope_tables(length, d, base=10000.0):
    angles = [[t / base ** (2 * i / d) for i in range(d // 2)] * 2 for t in range(length)]
    angles = torch.tensor(angles, dtype=torch.float64).reshape(length, d)
    return angles.cos().float(), angles.sin().float()


def apply_rope(x, cos, sin, positions=None):
    T, d = x.shape[-2:]
    half = d // 2
    if positions is None:
        positions = torch.arange(T, device=cos.device)
    cos, sin = cos[positions], sin[positions]
    upper = torch.diag_embed(sin[..., :half], offset=half)
    lower = torch.diag_embed(sin[..., half:], offset=-half)
    matrices = torch.diag_embed(cos) - upper + lower  # (T, d, d) or (B, T, d, d)
    if positions.ndim == 2:
        matrices = matrices.reshape(matrices.shape[0], *[1] * (x.ndim - 3), T, d, d)
    wide = x.to(torch.promote_types(x.dtype, cos.dtype))
    return (matrices.to(wide.dtype) @ wide.unsqueeze(-1)).squeeze(-1).to(x.dtype)
