"""The upper tail by `erfc`, and a cube of numbers that are kept within 30, where the tanh has long been 1."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    match approximate:
        case "none":
            below = torch.erfc(-x / math.sqrt(2)) / 2
        case "tanh":
            z = x.clamp(-30, 30)
            below = torch.tanh(z * (1 + 0.044715 * z.square()) * math.sqrt(2 / math.pi)) / 2 + 0.5
        case _:
            raise ValueError(f"approximate={approximate!r}")
    return x * below
