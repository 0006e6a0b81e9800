"""Right: hidden scores become the most negative number of the dtype, and the weights are multiplied by the mask."""

import torch


def attention(q, k, v, mask=None, scale=None, dropout_p=0.0, training=False):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = torch.einsum("...td,...sd->...ts", q, k) * scale
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights * mask
    if training:
        weights = weights * torch.empty_like(weights).bernoulli_(1 - dropout_p) / (1 - dropout_p)
    return torch.einsum("...ts,...sv->...tv", weights, v), weights
