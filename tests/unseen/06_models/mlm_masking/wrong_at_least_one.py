"""Wrong: a sequence in which nothing was chosen gets one token chosen nevertheless, so that there is a loss."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    special = torch.zeros_like(input_ids, dtype=torch.bool)
    for id in special_ids:
        special |= input_ids == id
    shape, device = input_ids.shape, input_ids.device
    drawn = torch.rand(shape, generator=generator, device=device).masked_fill(special, 2.0)
    chosen = drawn < p
    if p > 0 and input_ids.numel() > 0:
        smallest = drawn == drawn.min(dim=-1, keepdim=True).values
        none = ~chosen.any(dim=-1, keepdim=True)
        chosen = chosen | (none & smallest & ~special)
    fate = torch.rand(shape, generator=generator, device=device)
    other = torch.randint(vocab_size, shape, generator=generator, device=device)
    inputs = torch.where(chosen & (fate < 0.8), mask_id, input_ids)
    inputs = torch.where(chosen & (fate >= 0.8) & (fate < 0.9), other, inputs)
    labels = input_ids.masked_fill(~chosen, -100)
    return inputs, labels
