"""Wrong: logarithms below -100 are cut off, as in binary cross-entropy, so that -inf does no harm."""

import torch


def wanted(logits, target, smoothing, pad_id):
    """The distribution that is wanted at each position, (N, V)."""
    V = logits.shape[-1]
    q = torch.full_like(logits, smoothing / (V - 2), requires_grad=False)
    q[:, pad_id] = 0.0
    return q.scatter(1, target.unsqueeze(1), 1.0 - smoothing)


def label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0):
    real = target != pad_id
    logits, target = logits[real], target[real]
    q = wanted(logits, target, smoothing, pad_id)
    log_p = torch.log_softmax(logits, dim=-1).clamp(min=-100)
    return (torch.xlogy(q, q) - q * log_p).sum() / max(1, len(target))
