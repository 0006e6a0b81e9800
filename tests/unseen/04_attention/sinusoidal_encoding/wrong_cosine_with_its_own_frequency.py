"""Wrong: the exponent is the column over D, so that a cosine has another frequency than its sine."""

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    if d_model % 2 != 0:
        raise ValueError(f"d_model must be even, not {d_model}")
    columns = torch.arange(d_model, dtype=torch.float64)
    angles = torch.arange(length, dtype=torch.float64)[:, None] / base ** (columns / d_model)
    angles[:, 0::2] = angles[:, 0::2].sin()
    angles[:, 1::2] = angles[:, 1::2].cos()
    return angles.to(torch.float32)
