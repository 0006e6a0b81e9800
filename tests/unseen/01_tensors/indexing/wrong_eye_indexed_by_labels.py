"""Takes rows of the identity matrix without making the labels int64: torch takes uint8 for a mask, and refuses int16."""

import torch
from torch import Tensor


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if labels.numel() and (int(labels.min()) < 0 or int(labels.max()) >= num_classes):
        raise ValueError(f"labels must be from 0 to {num_classes - 1}")
    return torch.eye(num_classes, dtype=labels.dtype)[labels]


def pick(x: Tensor, index: Tensor) -> Tensor:
    if index.numel() and (int(index.min()) < 0 or int(index.max()) >= x.shape[1]):
        raise ValueError(f"indices must be from 0 to {x.shape[1] - 1}")
    return x.gather(1, index.long().unsqueeze(1)).squeeze(1)
