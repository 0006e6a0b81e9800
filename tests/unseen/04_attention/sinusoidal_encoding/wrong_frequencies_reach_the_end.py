"""Wrong: the frequencies fall from 1 all the way to 1/base, as in tensor2tensor, not almost."""

import math

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    if d_model % 2:
        raise ValueError("d_model must be even")
    half = d_model // 2
    step = math.log(base) / max(half - 1, 1)
    frequencies = torch.exp(-step * torch.arange(half, dtype=torch.float64))
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()
