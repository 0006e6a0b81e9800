"""Right: the windows of keys and values are unfolded, and scores exist for them alone."""

import torch
import torch.nn.functional as F


def sliding_window_attention(q, k, v, window):
    T, d = q.shape[-2:]
    window = max(1, min(window, T))
    keys = F.pad(k, (0, 0, window - 1, 0)).unfold(-2, window, 1)
    values = F.pad(v, (0, 0, window - 1, 0)).unfold(-2, window, 1)
    scores = torch.matmul(q.unsqueeze(-2), keys).squeeze(-2) / d**0.5
    there = torch.arange(T, device=q.device)[:, None] + torch.arange(window, device=q.device) >= window - 1
    weights = scores.masked_fill(~there, float("-inf")).softmax(dim=-1)
    return torch.matmul(values, weights.unsqueeze(-1)).squeeze(-1)
