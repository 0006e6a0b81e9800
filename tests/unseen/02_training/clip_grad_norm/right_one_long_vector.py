"""Writes all gradients one after the other, as the statement says it, and multiplies them as one list."""

import torch
from torch import Tensor


@torch.no_grad()
def clip_grad_norm_(parameters, max_norm: float) -> Tensor:
    gradients = list(filter(lambda g: g is not None, map(lambda p: p.grad, parameters)))
    if not gradients:
        return torch.zeros(())
    long = torch.cat([g.reshape(-1).double() for g in gradients])
    norm = long.dot(long).sqrt()
    if bool(norm > max_norm):
        torch._foreach_mul_(gradients, max_norm / norm.item())
    return norm
