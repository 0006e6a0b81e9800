"""Wrong: a query that may attend to nothing keeps equal weights, and only dS is masked: dv gets its gradient."""

import math

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    scale = 1 / math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    p = torch.softmax(scores, dim=-1)
    dv = p.transpose(-2, -1) @ grad_out
    dp = grad_out @ v.transpose(-2, -1)
    ds = p * (dp - (dp * p).sum(-1, keepdim=True))
    if mask is not None:
        ds = ds.masked_fill(~mask, 0.0)
    return ds @ k * scale, ds.transpose(-2, -1) @ q * scale, dv
