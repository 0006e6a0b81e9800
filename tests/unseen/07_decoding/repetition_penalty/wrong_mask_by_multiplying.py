"""Wrong: blends with a mask of 0 and 1 by multiplication, and minus infinity times 0 is NaN."""

import torch


def apply_repetition_penalty(logits, generated, penalty):
    mask = torch.zeros_like(logits)
    mask.scatter_(1, generated, 1.0)
    penalised = torch.where(logits > 0, logits / penalty, logits * penalty)
    return mask * penalised + (1 - mask) * logits
