"""Counts the positions by a float32 sum: in half precision the mean becomes float32 by dividing by it."""

import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction: {reduction}")
    mask = target != ignore_index
    logits = torch.where(mask.unsqueeze(-1), logits, torch.zeros_like(logits))
    labels = torch.where(mask, target, torch.zeros_like(target)).long()
    log_p = logits.log_softmax(dim=-1)
    losses = -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    if label_smoothing != 0:
        losses = (1 - label_smoothing) * losses - label_smoothing * log_p.mean(-1)
    losses = torch.where(mask, losses, torch.zeros_like(losses))
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / mask.float().sum()
