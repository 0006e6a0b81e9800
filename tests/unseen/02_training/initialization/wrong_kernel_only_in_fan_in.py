"""Leaves the kernel out of fan_out, which is the number of outputs then: a convolution's bound is too large."""

import math

import torch


def xavier_uniform_(t, gain=1.0, generator=None):
    if t.dim() < 2:
        raise ValueError("t needs at least two axes")
    fan_out = t.shape[0]
    fan_in = math.prod(t.shape[1:])
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    with torch.no_grad():
        t.uniform_(-a, a, generator=generator)
    return t


def kaiming_normal_(t, generator=None):
    if t.dim() < 2:
        raise ValueError("t needs at least two axes")
    with torch.no_grad():
        t.normal_(0, math.sqrt(2 / math.prod(t.shape[1:])), generator=generator)
    return t
