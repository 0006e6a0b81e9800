"""Wrong: keys are dropped before the softmax, so the rest sum to one and are not divided by 1 - p."""

import math

import torch


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = q @ k.transpose(-2, -1) * scale
    allowed = torch.ones_like(scores, dtype=torch.bool)
    if mask is not None:
        allowed = allowed & mask
    if training:
        allowed = allowed & (torch.rand(allowed.shape, device=scores.device) >= dropout_p)
    empty = ~allowed.any(-1, keepdim=True)
    weights = torch.where(allowed | empty, scores, -math.inf).softmax(-1)
    weights = weights.masked_fill(empty, 0)
    return weights @ v, weights
