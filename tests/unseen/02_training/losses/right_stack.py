"""One log-sigmoid of both signs of the logits, stacked, weighted and added up."""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def _same_shape(a: Tensor, b: Tensor) -> None:
    if a.size() != b.size():
        raise ValueError(f"shapes {list(a.size())} and {list(b.size())} differ")


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    _same_shape(pred, target)
    error = pred - target
    if reduction == "none":
        return error * error
    if reduction == "sum":
        return mse_loss(pred, target, "none").sum()
    if reduction == "mean":
        return mse_loss(pred, target, "none").mean()
    raise ValueError(f"reduction is {reduction!r}")


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    _same_shape(logits, target)
    if pos_weight is None:
        pos_weight = logits.new_ones(())
    weights = torch.stack([pos_weight * target, 1 - target])
    logs = logsigmoid(torch.stack([logits, -logits]))
    return weights.mul(logs).sum(dim=0).neg().mean()
