"""Asks for equal batch axes, and refuses those that would broadcast."""

from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"inner sizes must match: {a.shape[-1]} and {b.shape[-2]}")
    if a.ndim > 2 and b.ndim > 2 and a.shape[:-2] != b.shape[:-2]:
        raise ValueError(f"batch sizes must match: {a.shape[:-2]} and {b.shape[:-2]}")
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(-2)
