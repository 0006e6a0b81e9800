"""Wrong: the 0 of a batch of nothing but padding is made of its logits, which may be NaN."""

import torch


def wanted(logits, target, smoothing, pad_id):
    """The distribution that is wanted at each position, (N, V)."""
    V = logits.shape[-1]
    q = torch.full_like(logits, smoothing / (V - 2), requires_grad=False)
    q[:, pad_id] = 0.0
    return q.scatter(1, target.unsqueeze(1), 1.0 - smoothing)


def label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0):
    real = target != pad_id
    if not real.any():
        return 0 * logits.sum()
    logits, target = logits[real], target[real]
    q = wanted(logits, target, smoothing, pad_id)
    log_p = torch.log_softmax(logits, dim=-1).masked_fill(q == 0, 0)
    return (torch.xlogy(q, q) - q * log_p).sum(dim=-1).mean()
