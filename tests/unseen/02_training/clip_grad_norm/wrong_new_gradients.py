"""`p.grad = p.grad * factor` puts another tensor in the place of the gradient, and does not change it in place."""

import torch
from torch import Tensor


def clip_grad_norm_(parameters, max_norm: float) -> Tensor | float:
    parameters = [p for p in parameters if p.grad is not None]
    if not parameters:
        return torch.tensor(0.0)
    with torch.no_grad():
        norms = [torch.linalg.vector_norm(p.grad, dtype=torch.float64) for p in parameters]
        norm = torch.linalg.vector_norm(torch.stack(norms))
        if norm > max_norm:
            for p in parameters:
                p.grad = p.grad * (max_norm / norm)
    return norm
