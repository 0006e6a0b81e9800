"""The cost of a yes is log(e^0 + e^-z), and of a no log(e^0 + e^z); the reductions are in a table."""

import torch
from torch import Tensor

REDUCTIONS = {"mean": torch.mean, "sum": torch.sum, "none": lambda errors: errors}


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape or reduction not in REDUCTIONS:
        raise ValueError(f"{tuple(pred.shape)}, {tuple(target.shape)}, {reduction!r}")
    return REDUCTIONS[reduction]((target - pred).square())


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(target.shape)}")
    zero = torch.zeros_like(logits)
    yes = torch.logaddexp(zero, -logits)
    no = torch.logaddexp(zero, logits)
    if pos_weight is not None:
        yes = yes * pos_weight
    return torch.mean(target * yes + (1 - target) * no)
