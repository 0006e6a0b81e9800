"""Right: in float64, with nll_loss for the labels, and the entropy summed token by token of the vocabulary."""

import torch
import torch.nn.functional as F


def token_log_probs(logits, labels):
    wide = logits.double().flatten(0, 1).log_softmax(dim=1)
    return F.nll_loss(wide, labels.flatten(), reduction="none").neg().view(labels.shape).to(logits.dtype)


def entropy(logits):
    wide = logits.double().log_softmax(dim=-1)
    total = torch.zeros_like(wide[..., 0])
    for log_p in wide.unbind(dim=-1):
        ruled_out = log_p == float("-inf")
        total = total - torch.where(ruled_out, 0.0, log_p) * log_p.exp()
    return total.to(logits.dtype)
