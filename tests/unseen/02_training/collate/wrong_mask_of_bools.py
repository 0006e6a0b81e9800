"""The mask is left as the bools that a comparison gives, not made int64."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def pad_collate(batch: list[Tensor], pad_id: int = 0) -> dict[str, Tensor]:
    lengths = torch.tensor([s.size(0) for s in batch], device=batch[0].device)
    input_ids = pad_sequence(batch, batch_first=True, padding_value=pad_id)
    attention_mask = torch.arange(input_ids.size(1), device=input_ids.device)[None] < lengths[:, None]
    labels = input_ids.masked_fill(~attention_mask, -100)
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
