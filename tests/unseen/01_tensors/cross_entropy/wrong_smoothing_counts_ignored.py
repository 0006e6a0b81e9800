"""Leaves the ignored positions out of the share of the right token, but not out of the share that is spread evenly."""

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
        raise ValueError(f"reduction must be 'none', 'sum' or 'mean', got {reduction!r}")
    valid = target.ne(ignore_index)
    logits = logits.masked_fill(valid.logical_not().unsqueeze(-1), 0)
    log_probs = torch.log_softmax(logits, -1)
    labels = target.masked_fill(~valid, 0).long()
    nll = -log_probs.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    loss = nll.masked_fill(~valid, 0)
    if label_smoothing > 0:
        loss = (1 - label_smoothing) * loss + label_smoothing * -log_probs.mean(-1)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / valid.sum()
