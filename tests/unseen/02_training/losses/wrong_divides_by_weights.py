"""A weighted mean: with a `pos_weight` the sum is divided by the sum of the weights, and not by n."""

import torch.nn.functional as F
from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape:
        raise ValueError(f"{pred.shape} is not {target.shape}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"unknown reduction {reduction!r}")
    squares = (pred - target).square()
    return squares if reduction == "none" else getattr(squares, reduction)()


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError(f"{logits.shape} is not {target.shape}")
    yes, no = target, 1 - target
    if pos_weight is not None:
        yes = pos_weight * yes
    loss = -(yes * F.logsigmoid(logits) + no * F.logsigmoid(-logits))
    if pos_weight is None:
        return loss.mean()
    return loss.sum() / (yes + no).sum()
