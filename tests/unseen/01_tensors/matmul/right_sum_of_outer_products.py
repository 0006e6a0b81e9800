"""Adds up k outer products: the common axis comes first, each slice is a column of a times a row of b."""

import torch
from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    *batch_a, n, k = a.shape
    *batch_b, rows, m = b.shape
    if rows != k:
        raise ValueError("the columns of a must be as many as the rows of b")
    batch = torch.broadcast_shapes(batch_a, batch_b)
    columns = a.expand(*batch, n, k).movedim(-1, 0)
    rows_of_b = b.expand(*batch, k, m).movedim(-2, 0)
    return torch.mul(columns[..., :, None], rows_of_b[..., None, :]).sum(dim=0)
