"""Takes no more than the seed from the generator: the next weights from the same generator are the same again."""

import math

import torch


def _draw(t, generator, fill):
    with torch.no_grad():
        if generator is None:
            fill(t)
            return
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(generator.initial_seed())
            fill(t)


def _fans(t):
    if t.ndim < 2:
        raise ValueError("t has fewer than two axes")
    k = math.prod(t.shape[2:])
    return t.size(1) * k, t.size(0) * k


def xavier_uniform_(t, gain=1.0, generator=None):
    fan_in, fan_out = _fans(t)
    a = gain * math.sqrt(6.0 / (fan_in + fan_out))
    _draw(t, generator, lambda w: w.uniform_(-a, a))
    return t


def kaiming_normal_(t, generator=None):
    fan_in, _ = _fans(t)
    std = math.sqrt(2.0 / fan_in)
    _draw(t, generator, lambda w: w.normal_(0.0, std))
    return t
