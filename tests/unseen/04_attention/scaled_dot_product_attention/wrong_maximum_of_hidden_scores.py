"""Wrong: the maximum that is subtracted includes hidden scores, so that a large one makes all visible weights vanish."""

import math

import torch
import torch.nn.functional as F


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = torch.matmul(q, k.transpose(-2, -1)) * scale
    scores = scores - scores.amax(dim=-1, keepdim=True).detach()
    weights = scores.exp()
    if mask is not None:
        weights = weights * mask
    total = weights.sum(dim=-1, keepdim=True)
    weights = weights / torch.where(total == 0, torch.ones_like(total), total)
    if training and dropout_p > 0:
        weights = F.dropout(weights, dropout_p)
    return weights @ v, weights
