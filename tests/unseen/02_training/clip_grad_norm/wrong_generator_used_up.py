"""Goes through the parameters twice: of a generator nothing is left for the second time, and nothing is clipped."""

from torch import Tensor


def clip_grad_norm_(parameters, max_norm: float) -> Tensor | float:
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.detach().double().pow(2).sum().item()
    norm = total**0.5
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.detach().mul_(max_norm / norm)
    return norm
