"""Wrong: the weights are returned detached, so that no gradient flows through them."""

import math

import torch.nn.functional as F


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    if scale is None:
        scale = 1 / math.sqrt(k.shape[-1])
    scores = (q * scale) @ k.transpose(-1, -2)
    if mask is not None:
        hopeless = mask.logical_not().all(dim=-1, keepdim=True)
        scores = scores.masked_fill(~(mask | hopeless), float("-inf"))
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(hopeless, 0.0)
    weights = F.dropout(weights, p=dropout_p, training=training)
    out = weights @ v
    return out, weights.detach()
