"""Wrong: an odd d_model raises AssertionError, not ValueError."""

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    assert d_model % 2 == 0, "d_model must be even"
    exponents = torch.arange(0, d_model, 2, dtype=torch.float64) / d_model
    angles = torch.arange(length, dtype=torch.float64).unsqueeze(1) / base**exponents
    out = torch.zeros(length, d_model)
    out[:, 0::2] = torch.sin(angles)
    out[:, 1::2] = torch.cos(angles)
    return out
