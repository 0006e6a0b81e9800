"""Transposes b, so that each row of a meets each column of b along the last axis of both."""

from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"rows of {a.shape[-1]} numbers cannot meet columns of {b.shape[-2]}")
    columns = b.transpose(-1, -2)
    return a.unsqueeze(-2).mul(columns.unsqueeze(-3)).sum(dim=-1)
