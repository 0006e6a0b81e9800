"""Right: position by position in float64, with the logarithm of a sum in place of a softmax."""

import math

import torch


def label_smoothing_loss(logits, target, smoothing=0.1, pad_id=0):
    V = logits.shape[-1]
    total, count = logits[target == V].double().sum(), 0
    for z, y in zip(logits.reshape(-1, V), target.flatten().tolist(), strict=True):
        if y == pad_id:
            continue
        z = z.double()
        log_sum = torch.logsumexp(z, dim=0)
        for v in range(V):
            q = 0.0 if v == pad_id else smoothing / (V - 2)
            q = 1 - smoothing if v == y else q
            if q > 0:
                total = total + q * (math.log(q) - z[v] + log_sum)
        count += 1
    return (total / max(count, 1)).to(logits.dtype)
