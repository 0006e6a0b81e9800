"""Wrong: hidden weights are taken out after the softmax, where a large hidden score has left nothing of the others."""

import math

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    d = q.shape[-1]
    p = torch.softmax(q @ k.mT / math.sqrt(d), dim=-1)
    if mask is not None:
        p = p * mask
        p = p / p.sum(dim=-1, keepdim=True).clamp(min=1e-12)
    dv = p.mT @ grad_out
    dp = grad_out @ v.mT
    ds = p * (dp - torch.sum(p * dp, dim=-1, keepdim=True))
    return ds @ k / math.sqrt(d), ds.mT @ q / math.sqrt(d), dv
