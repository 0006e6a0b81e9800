"""Right: one sine for all columns, since a cosine is a sine a quarter turn ahead, in float64."""

import math

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    pairs, rest = divmod(d_model, 2)
    if rest:
        raise ValueError(f"d_model is {d_model}, which is odd")
    powers = torch.arange(pairs, dtype=torch.float64).mul(-2 / max(d_model, 1))
    rates = torch.pow(torch.tensor(base, dtype=torch.float64), powers).repeat_interleave(2)
    quarter = torch.tensor([0.0, math.pi / 2], dtype=torch.float64).repeat(pairs)
    positions = torch.arange(length, dtype=torch.float64)
    return torch.sin(torch.addcmul(quarter, positions[:, None], rates[None])).float()
