"""Wrong: a billionth is added before the logarithm of q is taken, so that 0 log 0 is 0."""

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
    log_p = torch.log_softmax(logits, dim=-1)
    losses = torch.where(q > 0, q * ((q + 1e-9).log() - log_p), 0).sum(dim=-1)
    return losses.sum() / real.sum().clamp(min=1)
