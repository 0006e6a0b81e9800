"""Right: each row as a Python list, equals in groups; a token is where a uniform number falls among the sums in float64."""

import itertools
import math

import torch


def _filtered(row, top_k, top_p):
    stay, count, total = set(), 0, 0.0
    order = sorted((v for v, z in enumerate(row) if z > -math.inf), key=lambda v: -row[v])
    groups = [list(group) for _, group in itertools.groupby(order, key=lambda v: row[v])]
    if top_k is not None:
        sizes = itertools.accumulate([len(group) for group in groups], initial=0)
        groups = [group for group, before in zip(groups, sizes, strict=False) if before < top_k]
    top = row[order[0]]
    whole = math.fsum(len(group) * math.exp(row[group[0]] - top) for group in groups)
    for group in groups:
        if top_p is None or top_p >= 1 or count == 0 or total / whole < top_p:
            stay.update(group)
        count += len(group)
        total += len(group) * math.exp(row[group[0]] - top)
    return [z if v in stay else -math.inf for v, z in enumerate(row)]


def filter_logits(logits, temperature=1.0, top_k=None, top_p=None):
    V = logits.shape[-1]
    if temperature == 0:
        rows = logits.reshape(-1, V).tolist()
        found = [[z if v == row.index(max(row)) else -math.inf for v, z in enumerate(row)] for row in rows]
    else:
        found = [_filtered(row, top_k, top_p) for row in (logits / temperature).reshape(-1, V).tolist()]
    return torch.tensor(found, dtype=logits.dtype, device=logits.device).reshape(logits.shape)


def sample(logits, generator):
    sums = logits.double().softmax(-1).cumsum(-1)
    shape = (*logits.shape[:-1], 1)
    u = torch.rand(shape, generator=generator, dtype=torch.float64, device=logits.device)
    return torch.searchsorted(sums, u * sums[..., -1:], right=True).squeeze(-1)
