"""Keeps the order of the formula: W times each vector as a matrix of one column."""

from torch import Tensor


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    columns = x.unsqueeze(-1)
    if bias is None:
        return (weight @ columns).squeeze(-1)
    return (weight @ columns + bias.unsqueeze(-1)).squeeze(-1)
