"""relu(x) - |x| times the upper tail at |x|: exact, but neither part has a gradient at 0, where it should be 1/2."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    size = x.abs()
    if approximate == "none":
        tail = torch.erfc(size / math.sqrt(2)) / 2
    elif approximate == "tanh":
        z = size.clamp(max=30)
        tail = (1 - torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2
    else:
        raise ValueError(f"approximate is {approximate!r}")
    return torch.relu(x) - size * tail
