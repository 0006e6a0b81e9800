"""Picks by a sum over a row with zeros elsewhere: the sum of int32, uint8 or bool is int64."""

import torch
from torch import Tensor


def check(labels: Tensor, num_classes: int) -> Tensor:
    labels = labels.long()
    if ((labels < 0) | (labels >= num_classes)).any():
        raise ValueError("there is no such class")
    return labels


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    classes = torch.arange(num_classes)
    return (check(labels, num_classes).unsqueeze(-1) == classes).to(labels.dtype)


def pick(x: Tensor, index: Tensor) -> Tensor:
    chosen = check(index, x.shape[1]).unsqueeze(-1) == torch.arange(x.shape[1])
    return torch.where(chosen, x, 0).sum(dim=1)
