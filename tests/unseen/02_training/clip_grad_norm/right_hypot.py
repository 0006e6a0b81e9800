"""`math.hypot` of the norms of the single gradients, as Python floats."""

import math

import torch


def clip_grad_norm_(parameters, max_norm: float) -> float:
    gradients = [p.grad.detach() for p in parameters if p.grad is not None]
    norm = math.hypot(*(torch.linalg.vector_norm(g.double()).item() for g in gradients))
    if norm > max_norm:
        factor = max_norm / norm
        for g in gradients:
            g.mul_(factor)
    return norm
