"""Right: no distribution is written down; the right token and the V - 2 others are summed up apart."""

import math

import torch


def label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0):
    real = target != pad_id
    logits, target = logits[real], target[real]
    N, V = logits.shape
    log_p = torch.log_softmax(logits, dim=-1)
    tokens = torch.arange(V, device=logits.device)
    others = (tokens != pad_id) & (tokens != target[:, None])
    loss = (math.log(1 - smoothing) - log_p.gather(1, target[:, None])).sum() * (1 - smoothing)
    if smoothing > 0:
        share = smoothing / (V - 2)
        loss = loss + share * (math.log(share) - log_p[others]).sum()
    return loss / max(N, 1)
