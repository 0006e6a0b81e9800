"""Shortens each gradient by its own norm: the direction of the whole turns."""

import torch
from torch import Tensor


@torch.no_grad()
def clip_grad_norm_(parameters, max_norm: float) -> Tensor | float:
    total = 0.0
    for p in parameters:
        if p.grad is None:
            continue
        norm = torch.linalg.vector_norm(p.grad.double()).item()
        total += norm**2
        if norm > max_norm:
            p.grad.mul_(max_norm / norm)
    return total**0.5
