"""Wrong: takes an end-of-text token at position 0 for filling, but the end of an empty document stands there, too."""

import torch


def pack(documents, block_size, eos_id):
    ids, positions = [], []
    for document in documents:
        ids += [*document, eos_id]
        positions += range(len(document) + 1)
    missing = -len(ids) % block_size
    ids += [eos_id] * missing
    positions += [0] * missing
    input_ids = torch.tensor(ids, dtype=torch.int64)
    position_ids = torch.tensor(positions, dtype=torch.int64)
    begins = position_ids == 0
    ends = torch.cat([begins[1:], torch.ones(1, dtype=torch.bool)])[: len(ids)]
    segment_ids = begins.cumsum(0) - 1
    segment_ids[(input_ids == eos_id) & begins & ends] = -1
    return tuple(x.view(-1, block_size) for x in (input_ids, position_ids, segment_ids))
