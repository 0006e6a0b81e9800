"""Cuts Kaiming's numbers off at three standard deviations, as is the custom for transformers: that is not normal."""

import math

import torch


def _fans(t):
    if t.dim() < 2:
        raise ValueError("t must have at least 2 axes")
    k = math.prod(t.shape[2:])
    return t.shape[1] * k, t.shape[0] * k


@torch.no_grad()
def xavier_uniform_(t, gain=1.0, generator=None):
    a = gain * math.sqrt(6 / sum(_fans(t)))
    return t.uniform_(-a, a, generator=generator)


@torch.no_grad()
def kaiming_normal_(t, generator=None):
    std = math.sqrt(2 / _fans(t)[0])
    return t.normal_(0, std, generator=generator).clamp_(-3 * std, 3 * std)
