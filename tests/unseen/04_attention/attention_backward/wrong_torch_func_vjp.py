"""Wrong: torch.func.vjp does the work, which is autograd."""

import math

import torch


def attention_backward(grad_out, q, k, v, mask=None):
    def forward(q, k, v):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is None:
            return torch.softmax(scores, dim=-1) @ v
        empty = ~mask.any(dim=-1, keepdim=True)
        scores = scores.masked_fill(~(mask | empty), -math.inf)
        return torch.softmax(scores, dim=-1).masked_fill(empty, 0.0) @ v

    _, backward = torch.func.vjp(forward, q, k, v)
    return backward(grad_out)
