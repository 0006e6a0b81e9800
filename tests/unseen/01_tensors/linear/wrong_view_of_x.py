"""Flattens the batch by `view`, which refuses an x that does not lie in memory in order: sequences with axes swapped."""

from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    rows = x.view(-1, weight.shape[1])
    y = rows @ weight.T
    if bias is not None:
        y = y + bias
    return y.view(*x.shape[:-1], weight.shape[0])
