"""Wrong: q is scaled at the beginning, and the gradient of the keys is scaled once more."""

import math

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    scale = 1 / math.sqrt(q.shape[-1])
    q = q * scale
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        empty = ~mask.any(-1, keepdim=True)
        scores = scores.masked_fill(~(mask | empty), -math.inf)
    p = torch.softmax(scores, dim=-1)
    if mask is not None:
        p = p.masked_fill(empty, 0.0)
    dv = p.transpose(-2, -1) @ grad_out
    dp = grad_out @ v.transpose(-2, -1)
    ds = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = ds @ k * scale
    dk = ds.transpose(-2, -1) @ q * scale
    return dq, dk, dv
