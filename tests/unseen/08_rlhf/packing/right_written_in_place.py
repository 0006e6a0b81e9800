"""Right: the three tensors are made full of filling, and each token is written where division with rest says."""

import math

import torch


def pack(documents, block_size, eos_id):
    N = math.ceil(sum(len(document) + 1 for document in documents) / block_size)
    input_ids = torch.full((N, block_size), eos_id, dtype=torch.long)
    position_ids = torch.zeros(N, block_size, dtype=torch.long)
    segment_ids = -torch.ones(N, block_size, dtype=torch.long)
    place = 0
    for k, document in enumerate(documents):
        for position in range(len(document) + 1):
            block, column = divmod(place, block_size)
            if position < len(document):
                input_ids[block, column] = document[position]
            position_ids[block, column] = position
            segment_ids[block, column] = k
            place += 1
    return input_ids, position_ids, segment_ids
