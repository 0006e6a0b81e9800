"""Draws whole numbers only, and sends them through the inverse of the normal distribution function."""

import math

import torch


def _unit(t, generator):
    steps = 2**52
    return (torch.randint(steps, t.shape, generator=generator, device=t.device).double() + 0.5) / steps


def _fans(t):
    if t.ndim < 2:
        raise ValueError(f"no fans in a tensor of the shape {tuple(t.shape)}")
    kernel = math.prod(t.shape[2:])
    return t.shape[1] * kernel, t.shape[0] * kernel


def xavier_uniform_(t, gain=1.0, generator=None):
    a = gain * math.sqrt(6 / sum(_fans(t)))
    edge = torch.tensor(a, dtype=t.dtype).item()
    while abs(edge) > abs(a):  # the next number of this dtype was beyond
        edge = torch.tensor(edge * (1 - torch.finfo(t.dtype).eps), dtype=t.dtype).item()
    numbers = (2 * _unit(t, generator) - 1) * a
    with torch.no_grad():
        return t.copy_(numbers.to(t.dtype).clamp(-abs(edge), abs(edge)))


def kaiming_normal_(t, generator=None):
    fan_in, _ = _fans(t)
    with torch.no_grad():
        return t.copy_(torch.special.ndtri(_unit(t, generator)) * (2 / fan_in) ** 0.5)
