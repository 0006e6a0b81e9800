"""Makes a batch of one query, and takes all axes of length 1 off at the end: also those of a batch of one, or of k = 1."""

import torch


def _unit(x):
    x = x.double()
    largest = x.abs().amax(-1, keepdim=True)
    x = x / torch.where(largest == 0, torch.ones_like(largest), largest)
    norm = x.norm(dim=-1, keepdim=True)
    return x / torch.where(norm == 0, torch.ones_like(norm), norm)


def nearest(query, table, k):
    dtype = query.dtype
    if query.dim() == 1:
        query = query.unsqueeze(0)
    scores = (_unit(query) @ _unit(table).T).to(dtype)
    scores, indices = scores.sort(dim=1, descending=True, stable=True)
    return scores[:, :k].squeeze(), indices[:, :k].squeeze()
