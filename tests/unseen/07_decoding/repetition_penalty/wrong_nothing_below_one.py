"""Wrong: takes a penalty of 1 or less for one that is switched off, but below 1 it makes the tokens likelier."""

import torch


def apply_repetition_penalty(logits, generated, penalty):
    if penalty <= 1.0 or generated.numel() == 0:
        return logits.clone()
    out = logits.clone()
    for b in range(out.shape[0]):
        ids = generated[b].unique()
        picked = out[b, ids]
        out[b, ids] = torch.where(picked > 0, picked / penalty, picked * penalty)
    return out
