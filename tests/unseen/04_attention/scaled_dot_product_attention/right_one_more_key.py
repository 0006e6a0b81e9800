"""Right: a query that sees nothing looks at an additional key of its own, whose weight is then cut off."""

import math

import torch


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    scores = (q * (1 / math.sqrt(q.size(-1)) if scale is None else scale)) @ k.transpose(-2, -1)
    if mask is not None:
        scores = torch.where(mask, scores, scores.new_tensor(-math.inf))
    with torch.no_grad():
        nothing = scores.isneginf().all(dim=-1, keepdim=True)
        spare = torch.zeros_like(nothing, dtype=scores.dtype).masked_fill(~nothing, -math.inf)
    weights = torch.cat([scores, spare], dim=-1).softmax(dim=-1)[..., :-1]
    if training and dropout_p:
        dropped = torch.rand_like(weights) < dropout_p
        weights = weights.masked_fill(dropped, 0.0).div(1.0 - dropout_p)
    return weights @ v, weights
