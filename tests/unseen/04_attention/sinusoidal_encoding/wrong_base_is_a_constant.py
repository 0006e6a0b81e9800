"""Wrong: the base is an argument, but 10000 stands in the formula."""

import math

import torch


def sinusoidal_encoding(length, d_model, base=10000.0):
    if d_model % 2:
        raise ValueError("an odd width leaves a sine alone")
    position = torch.arange(length, dtype=torch.float64).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2, dtype=torch.float64) * (-math.log(10000.0) / d_model))
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.float()
