"""Writes all tokens of the batch at once, one after the other, to the places that the mask says are real."""

import torch
from torch import Tensor


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    tokens = torch.cat(batch)
    sizes = torch.tensor([s.numel() for s in batch], device=tokens.device)
    real = torch.arange(int(sizes.max()), device=tokens.device).expand(len(batch), -1) < sizes.unsqueeze(1)

    def spread(filler):
        rows = torch.full(real.shape, filler, dtype=torch.int64, device=tokens.device)
        rows[real] = tokens
        return rows

    return {"input_ids": spread(pad_id), "attention_mask": real.to(torch.int64), "labels": spread(-100)}
