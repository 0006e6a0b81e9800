"""Right: one number in float64 decides all: whether, what becomes of it, and what is left of it is the random id."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    u = torch.rand(input_ids.shape, generator=generator, dtype=torch.float64, device=input_ids.device)
    special = (input_ids.unsqueeze(-1) == input_ids.new_tensor(special_ids)).any(dim=-1)
    chosen = (u < p) & ~special
    fate = 10 * u / p if p > 0 else u
    other = ((fate % 1) * vocab_size).long().clamp(max=vocab_size - 1)
    inputs = torch.where(chosen & (fate < 8), mask_id, input_ids)
    inputs = torch.where(chosen & (fate >= 8) & (fate < 9), other, inputs)
    labels = torch.where(chosen, input_ids, -100)
    return inputs, labels
