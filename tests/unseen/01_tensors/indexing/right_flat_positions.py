"""Works with positions in the flattened table: row * C + label, for `one_hot` as for `pick`."""

import torch
from torch import Tensor


def positions(labels: Tensor, num_classes: int) -> Tensor:
    flat = labels.reshape(-1).to(torch.int64)
    if flat.lt(0).any() or flat.ge(num_classes).any():
        raise ValueError(f"expected numbers from 0 to {num_classes - 1}")
    return torch.arange(flat.numel()) * num_classes + flat


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    table = torch.zeros(labels.numel() * num_classes, dtype=torch.int64)
    table[positions(labels, num_classes)] = 1
    return table.view(*labels.shape, num_classes).to(labels.dtype)


def pick(x: Tensor, index: Tensor) -> Tensor:
    return x.reshape(-1).take(positions(index, x.shape[1]))
