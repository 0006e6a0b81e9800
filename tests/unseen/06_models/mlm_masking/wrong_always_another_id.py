"""Wrong: the random id is any but the one that was there, so a tenth stays to the very number."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    special = torch.zeros_like(input_ids, dtype=torch.bool)
    for id in special_ids:
        special |= input_ids == id
    shape, device = input_ids.shape, input_ids.device
    chosen = (torch.rand(shape, generator=generator, device=device) < p) & ~special
    fate = torch.rand(shape, generator=generator, device=device)
    further = torch.randint(1, max(vocab_size, 2), shape, generator=generator, device=device)
    other = (input_ids + further) % vocab_size
    inputs = input_ids.clone()
    inputs[chosen & (fate < 0.8)] = mask_id
    inputs = torch.where(chosen & (fate > 0.9), other, inputs)
    labels = torch.where(chosen, input_ids, torch.full_like(input_ids, -100))
    return inputs, labels
