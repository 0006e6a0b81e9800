"""Wrong: where none is given it makes a generator, which begins with the same seed at every call."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    if generator is None:
        generator = torch.Generator(device=input_ids.device)
    special = torch.zeros_like(input_ids, dtype=torch.bool)
    for id in special_ids:
        special |= input_ids == id
    shape, device = input_ids.shape, input_ids.device
    chosen = (torch.rand(shape, generator=generator, device=device) < p) & ~special
    fate = torch.rand(shape, generator=generator, device=device)
    other = torch.randint(vocab_size, shape, generator=generator, device=device)
    inputs = torch.where(chosen & (fate < 0.8), mask_id, input_ids)
    inputs = torch.where(chosen & (fate >= 0.9), other, inputs)
    return inputs, torch.where(chosen, input_ids, -100)
