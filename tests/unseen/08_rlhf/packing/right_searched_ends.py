"""Right: each place looks its document up among the ends of all documents, by a binary search."""

from itertools import chain

import torch


def pack(documents, block_size, eos_id):
    ends = torch.tensor([len(d) + 1 for d in documents], dtype=torch.int64).cumsum(0)
    total = int(ends[-1]) if documents else 0
    blocks = (total + block_size - 1) // block_size
    places = torch.arange(blocks * block_size)
    segments = torch.searchsorted(ends, places, right=True)  # the number of documents that have ended
    begins = torch.cat([torch.zeros(1, dtype=torch.int64), ends])
    filling = places >= total
    positions = (places - begins[segments]).masked_fill(filling, 0)
    ids = torch.full_like(places, eos_id)
    text = torch.tensor(list(chain.from_iterable(documents)), dtype=torch.int64)
    ids[(places + 1 != begins[(segments + 1).clamp(max=len(documents))]) & ~filling] = text
    segments = segments.masked_fill(filling, -1)
    return tuple(x.view(blocks, block_size) for x in (ids, positions, segments))
