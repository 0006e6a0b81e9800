"""Right: the rows are complex rotations, and twice as many rows come from a single product each time."""

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    if d_model % 2:
        raise ValueError("d_model must be even")
    frequencies = torch.tensor([base ** (-2 * i / d_model) for i in range(d_model // 2)], dtype=torch.float64)
    turn = torch.polar(torch.ones_like(frequencies), frequencies)
    rows = torch.ones(1, d_model // 2, dtype=torch.complex128)
    while len(rows) < length:
        rows = torch.cat([rows, rows * turn])
        turn = turn * turn
    rows = rows[:length]
    return torch.stack([rows.imag, rows.real], dim=-1).reshape(length, d_model).float()
