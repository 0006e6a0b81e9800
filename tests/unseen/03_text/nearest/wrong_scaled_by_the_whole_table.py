"""Divides the table by its largest number: rows that are very short beside others are still very short."""

import torch


def nearest(query, table, k):
    def unit(x):
        peak = x.abs().max()
        if peak > 0:
            x = x / peak
        length = x.norm(dim=-1, keepdim=True)
        return torch.where(length > 0, x / length, torch.zeros_like(x))

    scores = unit(query) @ unit(table).T
    order = torch.argsort(scores, dim=-1, descending=True, stable=True)[..., :k]
    return torch.gather(scores, -1, order), order
