"""Wrong: hidden scores become -10000, which is no floor: visible scores below it lose to them."""

import math

import torch
import torch.nn.functional as F


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    if scale is None:
        scale = 1 / math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p, training)
    return weights @ v, weights
