"""Never has log-probabilities: the loss is logsumexp minus the target's logit, with smoothing minus the mean logit."""

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
        raise ValueError(f"no such reduction: {reduction!r}")
    ignored = target == ignore_index
    z = logits.masked_fill(ignored.unsqueeze(-1), 0)
    # small numbers before the difference, so that large logits lose nothing
    z = z - z.detach().amax(dim=-1, keepdim=True)
    is_target = torch.arange(z.shape[-1]) == target.unsqueeze(-1)
    own = torch.where(is_target, z, 0).sum(dim=-1)
    if label_smoothing:
        own = (1 - label_smoothing) * own + label_smoothing * z.mean(dim=-1)
    loss = (z.logsumexp(dim=-1) - own).masked_fill(ignored, 0)
    if reduction == "mean":
        return loss.sum() / ignored.logical_not().sum()
    return loss if reduction == "none" else loss.sum()
