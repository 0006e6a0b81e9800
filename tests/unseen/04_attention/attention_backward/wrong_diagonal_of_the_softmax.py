"""Wrong: the derivative of the softmax is taken for P (1 - P), each weight by itself, as for a sigmoid."""

import math

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    scale = math.sqrt(q.size(-1))
    scores = torch.matmul(q, k.transpose(-1, -2)) / scale
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    p = scores.softmax(dim=-1)
    if mask is not None:
        p = p.masked_fill(~mask, 0.0)
    dv = torch.matmul(p.transpose(-1, -2), grad_out)
    dp = torch.matmul(grad_out, v.transpose(-1, -2))
    ds = dp * p * (1 - p)
    dq = torch.matmul(ds, k) / scale
    dk = torch.matmul(ds.transpose(-1, -2), q) / scale
    return dq, dk, dv
