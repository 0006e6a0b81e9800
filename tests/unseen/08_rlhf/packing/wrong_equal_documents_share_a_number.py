"""Wrong: asks the list for a document's number, and of two equal documents it finds the first."""

import torch


def pack(documents, block_size, eos_id):
    tokens = [
        (token, position, documents.index(document))
        for document in documents
        for position, token in enumerate([*document, eos_id])
    ]
    tokens += [(eos_id, 0, -1)] * (-len(tokens) % block_size)
    rows = torch.tensor(tokens, dtype=torch.int64).reshape(-1, block_size, 3)
    return rows[..., 0], rows[..., 1], rows[..., 2]
