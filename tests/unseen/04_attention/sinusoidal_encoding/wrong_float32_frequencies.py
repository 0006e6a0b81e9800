"""Wrong: the angles are in float64, but the frequencies have been rounded to float32 before."""

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    if d_model % 2:
        raise ValueError("d_model must be even")
    frequencies = base ** (-torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies.double()
    out = torch.empty(length, d_model, dtype=torch.float64)
    out[:, 0::2] = angles.sin()
    out[:, 1::2] = angles.cos()
    return out.float()
