"""Wrong: packs the ids as unsigned numbers of 16 bits, as is done for GPT-2's vocabulary; larger ids come out as others."""

import numpy as np
import torch


def pack(documents, block_size, eos_id):
    lengths = np.array([len(document) + 1 for document in documents], dtype=np.int64)
    total = int(lengths.sum())
    blocks = -(-total // block_size)
    ids = np.full(blocks * block_size, eos_id).astype(np.uint16)
    positions = np.zeros(blocks * block_size, dtype=np.int64)
    segments = np.full(blocks * block_size, -1, dtype=np.int64)
    start = 0
    for number, document in enumerate(documents):
        end = start + len(document)
        ids[start:end] = np.array(document, dtype=np.int64).astype(np.uint16)
        positions[start : end + 1] = np.arange(len(document) + 1)
        segments[start : end + 1] = number
        start = end + 1
    shape = (blocks, block_size)
    return tuple(torch.from_numpy(x.astype(np.int64)).reshape(shape) for x in (ids, positions, segments))
