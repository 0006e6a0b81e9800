"""Pads Python lists, and makes tensors of them last."""

import torch
from torch import Tensor


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    sequences = [s.tolist() for s in batch]
    longest = max(map(len, sequences))

    def tensor(rows, filler):
        rows = [row + [filler] * (longest - len(row)) for row in rows]
        return torch.tensor(rows, dtype=torch.int64, device=batch[0].device)

    return {
        "input_ids": tensor(sequences, pad_id),
        "attention_mask": tensor([[1] * len(s) for s in sequences], 0),
        "labels": tensor(sequences, -100),
    }
