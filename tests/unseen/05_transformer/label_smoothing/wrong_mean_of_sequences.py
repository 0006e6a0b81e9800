"""Wrong: each sequence has its mean first, so that tokens of short ones weigh more."""

import torch


def wanted(logits, target, smoothing, pad_id):
    """The distribution that is wanted at each position, (N, V)."""
    V = logits.shape[-1]
    q = torch.full_like(logits, smoothing / (V - 2), requires_grad=False)
    q[:, pad_id] = 0.0
    return q.scatter(1, target.unsqueeze(1), 1.0 - smoothing)


def label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0):
    if logits.dim() == 2:
        logits, target = logits.unsqueeze(0), target.unsqueeze(0)
    means = []
    for z, y in zip(logits, target, strict=True):
        z, y = z[y != pad_id], y[y != pad_id]
        q = wanted(z, y, smoothing, pad_id)
        log_p = torch.log_softmax(z, dim=-1).masked_fill(q == 0, 0)
        losses = (torch.xlogy(q, q) - q * log_p).sum(dim=-1)
        if len(y) > 0:
            means.append(losses.mean())
    return torch.stack(means).mean() if means else logits[target != pad_id].sum()
