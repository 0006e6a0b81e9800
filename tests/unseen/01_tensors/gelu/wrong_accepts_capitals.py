"""Is kinder than it should be: "Tanh" and " none" are other values, and should raise ValueError."""

import math

import torch
from torch import Tensor


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    mode = str(approximate).strip().lower()
    if mode == "none":
        return x * (1 + torch.erf(x * math.sqrt(0.5))) / 2
    if mode == "tanh":
        # beyond 30 the tanh is 1 in any dtype, and the cube cannot overflow
        z = x.clamp(-30, 30)
        return x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z))) / 2
    raise ValueError("approximate must be none or tanh")
