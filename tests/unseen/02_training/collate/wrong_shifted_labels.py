"""Moves the labels by one, to the next token, which the model will do a second time."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    input_ids = pad_sequence(batch, batch_first=True, padding_value=pad_id)
    B, T = input_ids.shape
    lengths = torch.tensor([len(s) for s in batch], device=input_ids.device)
    attention_mask = (torch.arange(T, device=input_ids.device) < lengths[:, None]).long()
    labels = torch.full_like(input_ids, -100)
    for i, s in enumerate(batch):
        if len(s) > 1:
            labels[i, : len(s) - 1] = s[1:]
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
