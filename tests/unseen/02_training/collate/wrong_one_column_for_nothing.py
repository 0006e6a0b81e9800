"""Makes one column of padding where all sequences are empty."""

import torch
from torch import Tensor


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    device = batch[0].device
    T = max(1, max(len(s) for s in batch))
    ids = torch.full((len(batch), T), pad_id, dtype=torch.long, device=device)
    mask = torch.zeros((len(batch), T), dtype=torch.long, device=device)
    labels = torch.full((len(batch), T), -100, dtype=torch.long, device=device)
    for b, s in enumerate(batch):
        n = len(s)
        ids[b, :n] = s
        mask[b, :n] = 1
        labels[b, :n] = s
    return dict(input_ids=ids, attention_mask=mask, labels=labels)
