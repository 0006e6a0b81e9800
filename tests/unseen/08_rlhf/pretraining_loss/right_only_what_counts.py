"""Right: only the rows of logits that count are taken, and an empty sum is 0."""

import torch


def causal_lm_loss(logits, input_ids, attention_mask=None):
    real = torch.ones_like(input_ids) if attention_mask is None else attention_mask
    pair = (real[:, 1:].long() * real[:, :-1].long()) == 1
    guesses = logits[:, :-1][pair]
    targets = input_ids[:, 1:][pair]
    found = guesses.log_softmax(dim=-1).gather(1, targets.unsqueeze(1))
    return -found.sum() / max(len(targets), 1)
