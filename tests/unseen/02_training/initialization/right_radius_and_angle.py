"""Makes normal numbers of uniform ones by the way of Box and Muller; uniform ones that rounding puts beyond the bound
are drawn again.
"""

from math import pi

import torch
from torch import Tensor


def fans(t: Tensor) -> tuple[int, int]:
    if t.dim() < 2:
        raise ValueError("two axes or more, please")
    return t[0].numel(), t[:, 0].numel()


def xavier_uniform_(t, gain=1.0, generator=None):
    fan_in, fan_out = fans(t)
    a = abs(gain) * (6.0 / (fan_in + fan_out)) ** 0.5
    target = t.detach()
    beyond = torch.ones(t.shape, dtype=torch.bool, device=t.device)
    while beyond.any():
        u = torch.rand(t.shape, generator=generator, dtype=torch.float64, device=t.device)
        target[beyond] = torch.lerp(torch.full_like(u, -a), torch.full_like(u, a), u).to(t.dtype)[beyond]
        beyond = target.double().abs() > a
    return t


def kaiming_normal_(t, generator=None):
    fan_in, _ = fans(t)
    options = {"generator": generator, "dtype": torch.float64, "device": t.device}
    radius = (-2 * torch.log1p(-torch.rand(t.shape, **options))).sqrt()
    angle = 2 * pi * torch.rand(t.shape, **options)
    t.detach().copy_((2 / fan_in) ** 0.5 * radius * angle.cos())
    return t
