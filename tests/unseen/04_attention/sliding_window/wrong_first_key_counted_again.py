"""Wrong: where the window reaches before the beginning, key 0 is counted once more for each missing key."""

import math

import torch


def sliding_window_attention(q, k, v, window):
    T, d = q.shape[-2:]
    keys = torch.arange(T, device=q.device)[:, None] - torch.arange(min(window, T), device=q.device)
    keys = keys.clamp(min=0)  # (T, W)
    scores = (q.unsqueeze(-2) * k[..., keys, :]).sum(-1) / math.sqrt(d)
    weights = scores.softmax(dim=-1)
    return (weights.unsqueeze(-1) * v[..., keys, :]).sum(-2)
