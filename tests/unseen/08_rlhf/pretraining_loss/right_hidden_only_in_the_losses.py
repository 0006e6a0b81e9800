"""Right: losses of what is hidden are replaced by 0 after cross_entropy; NaN comes back in the gradient of the hidden alone."""

import torch
import torch.nn.functional as F


def causal_lm_loss(logits, input_ids, attention_mask=None):
    if attention_mask is None:
        attention_mask = torch.ones_like(input_ids)
    real = attention_mask.bool()
    counts = real[:, :-1] & real[:, 1:]
    guesses, targets = logits[:, :-1], input_ids[:, 1:]
    losses = F.cross_entropy(guesses.transpose(1, 2), targets, reduction="none")
    return torch.where(counts, losses, 0.0).sum() / counts.sum().clamp(min=1)
