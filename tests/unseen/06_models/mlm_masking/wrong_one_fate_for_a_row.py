"""Wrong: it is drawn once for each sequence whether its chosen tokens are masked, replaced or left."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    special = torch.zeros_like(input_ids, dtype=torch.bool)
    for id in special_ids:
        special |= input_ids == id
    shape, device = input_ids.shape, input_ids.device
    chosen = (torch.rand(shape, generator=generator, device=device) < p) & ~special
    fate = torch.rand((*shape[:-1], 1), generator=generator, device=device)
    other = torch.randint(0, vocab_size, shape, generator=generator, device=device)
    labels = input_ids.masked_fill(~chosen, -100)
    inputs = input_ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.8) & (fate < 0.9), other, inputs)
    return inputs, labels
