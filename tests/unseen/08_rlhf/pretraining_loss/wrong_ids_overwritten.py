"""Wrong: -100 is written into the targets, which are a view of the ids."""

import torch.nn.functional as F


def causal_lm_loss(logits, input_ids, attention_mask=None):
    targets = input_ids[:, 1:]
    if attention_mask is not None:
        padding = attention_mask == 0
        targets.masked_fill_(padding[:, :-1] | padding[:, 1:], -100)
    counted = (targets != -100).sum()
    guesses = logits[:, :-1].masked_fill((targets == -100)[..., None], 0.0)
    total = F.cross_entropy(guesses.flatten(0, 1), targets.flatten(), reduction="sum")
    return total / counted.clamp(min=1)
