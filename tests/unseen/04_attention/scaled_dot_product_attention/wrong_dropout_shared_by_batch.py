"""Wrong: one dropout mask (T, S) is drawn for all batch entries and heads, so weights are not dropped each by itself."""

import math

import torch
import torch.nn.functional as F


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    if scale is None:
        scale = q.size(-1) ** -0.5
    scores = (q @ k.mT) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
        empty = ~mask.any(dim=-1, keepdim=True)
        scores = scores.masked_fill(empty, 0.0)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(empty, 0.0)
    if training:
        kept = F.dropout(torch.ones(weights.shape[-2:], dtype=weights.dtype, device=weights.device), dropout_p)
        weights = weights * kept
    return weights @ v, weights
