"""Leaves the order to a heap of pairs, the negative score and the index, which compares as is asked for."""

import heapq

import torch


def _direction(v):
    v = v.double()
    peak = max(v.abs().tolist(), default=0.0)
    if peak == 0:
        return v
    v = v / peak
    return v / v.dot(v).sqrt()


def nearest(query, table, k):
    directions = torch.stack([_direction(row) for row in table])
    scores, indices = [], []
    for q in query.reshape(-1, table.shape[1]):
        cosines = (directions @ _direction(q)).to(table.dtype).tolist()
        best = heapq.nsmallest(k, ((-c, i) for i, c in enumerate(cosines)))
        scores += [-c for c, _ in best]
        indices += [i for _, i in best]
    shape = (*query.shape[:-1], k)
    scores = torch.tensor(scores, dtype=query.dtype, device=query.device).view(shape)
    return scores, torch.tensor(indices, dtype=torch.int64, device=query.device).view(shape)
