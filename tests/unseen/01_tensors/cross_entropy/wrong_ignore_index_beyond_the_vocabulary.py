"""Makes the ignored targets safe by `clamp(min=0)` only: an `ignore_index` of V or more stays out of range."""

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
        raise ValueError(f"unknown reduction {reduction!r}")
    counted = target != ignore_index
    logits = logits.masked_fill(~counted.unsqueeze(-1), 0.0)
    log_probs = torch.log_softmax(logits, dim=-1)
    safe = target.clamp(min=0).long()
    loss = -log_probs.gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    if label_smoothing > 0:
        loss = (1 - label_smoothing) * loss - label_smoothing * log_probs.mean(dim=-1)
    loss = loss.masked_fill(~counted, 0.0)
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.sum() / counted.sum()
