"""Switches autograd off and on by hand, and the error comes in between: after a `ValueError` it stays off."""

import math

import torch


def _fans(t):
    if t.dim() < 2:
        raise ValueError("fan in and fan out need two axes")
    kernel = t[0, 0].numel()
    return t.shape[1] * kernel, t.shape[0] * kernel


def xavier_uniform_(t, gain=1.0, generator=None):
    torch.set_grad_enabled(False)
    fan_in, fan_out = _fans(t)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    t.uniform_(-a, a, generator=generator)
    torch.set_grad_enabled(True)
    return t


def kaiming_normal_(t, generator=None):
    torch.set_grad_enabled(False)
    fan_in, _ = _fans(t)
    t.normal_(0, math.sqrt(2 / fan_in), generator=generator)
    torch.set_grad_enabled(True)
    return t
