"""Right: a softmax for each query by itself, over a slice of the keys."""

import torch


def sliding_window_attention(q, k, v, window):
    scale = q.shape[-1] ** -0.5
    rows = [v[..., :0, :]]
    for t in range(q.shape[-2]):
        seen = slice(max(0, t - window + 1), t + 1)
        weights = torch.softmax(q[..., t : t + 1, :] @ k[..., seen, :].mT * scale, dim=-1)
        rows.append(weights @ v[..., seen, :])
    return torch.cat(rows, dim=-2)
