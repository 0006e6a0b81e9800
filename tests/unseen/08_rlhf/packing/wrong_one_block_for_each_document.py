"""Wrong: cuts at most one block off what has gathered after each document, and loses the rest of long ones at the end."""

import torch


def pack(documents, block_size, eos_id):
    blocks, buffer = [], []
    for number, document in enumerate(documents):
        buffer += [(token, position, number) for position, token in enumerate([*document, eos_id])]
        if len(buffer) >= block_size:
            blocks.append(buffer[:block_size])
            buffer = buffer[block_size:]
    if buffer:
        filled = buffer + [(eos_id, 0, -1)] * block_size
        blocks.append(filled[:block_size])
    packed = torch.tensor(blocks, dtype=torch.int64).view(len(blocks), block_size, 3)
    input_ids, position_ids, segment_ids = packed.unbind(dim=-1)
    return input_ids, position_ids, segment_ids
