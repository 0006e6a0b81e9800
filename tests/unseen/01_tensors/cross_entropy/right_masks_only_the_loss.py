"""Sets the loss to 0 at ignored positions only at the end: NaN logits have NaN as gradient, as in torch's function."""

import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    if reduction not in {"none", "sum", "mean"}:
        raise ValueError("reduction must be none, sum or mean")
    ignored = target == ignore_index
    safe_target = torch.where(ignored, 0, target).long()
    log_probs = torch.log_softmax(logits, dim=-1)
    loss = -torch.take_along_dim(log_probs, safe_target[..., None], dim=-1)[..., 0]
    if label_smoothing:
        loss = (1 - label_smoothing) * loss + label_smoothing * -log_probs.mean(-1)
    loss = torch.where(ignored, torch.zeros_like(loss), loss)
    if reduction == "none":
        return loss
    total = loss.sum()
    return total if reduction == "sum" else total / (~ignored).sum()
