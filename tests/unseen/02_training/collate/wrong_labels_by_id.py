"""Labels of -100 wherever the id is `pad_id`, as Hugging Face does it: a real token of that id is never learned."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    input_ids = pad_sequence(batch, batch_first=True, padding_value=pad_id)
    attention_mask = pad_sequence([torch.ones_like(s) for s in batch], batch_first=True, padding_value=0)
    labels = input_ids.clone()
    labels[labels == pad_id] = -100
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
