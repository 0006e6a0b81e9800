"""log(1 - σ(z)) as log σ(z) - z: for a no that the model is sure of, z = -20, the difference of two 20s is 0."""

import torch.nn.functional as F
from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape:
        raise ValueError("pred and target must have the same shape")
    squared = (pred - target) ** 2
    if reduction == "mean":
        return squared.mean()
    if reduction == "sum":
        return squared.sum()
    if reduction == "none":
        return squared
    raise ValueError(f"no such reduction: {reduction}")


def bce_with_logits(logits: Tensor, target: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError("logits and target must have the same shape")
    weight = 1 if pos_weight is None else pos_weight
    log_p = F.logsigmoid(logits)
    log_not_p = log_p - logits
    return -(weight * target * log_p + (1 - target) * log_not_p).mean()
