"""Clips also where the norm is just `max_norm`: with a limit of 0 and gradients of 0 the factor is 0/0, NaN."""

import torch
from torch import Tensor


@torch.no_grad()
def clip_grad_norm_(parameters, max_norm: float) -> Tensor | float:
    grads = [p.grad for p in parameters if p.grad is not None]
    if len(grads) == 0:
        return torch.tensor(0.0)
    total_norm = torch.stack([g.double().square().sum() for g in grads]).sum().sqrt()
    if total_norm >= max_norm:
        for g in grads:
            g.mul_(max_norm / total_norm)
    return total_norm
