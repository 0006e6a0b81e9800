"""Right: all places at once, q with a row of zeros behind it, so that the last place is like a rejected one; a race draws."""

import torch
import torch.nn.functional as F


def speculative_step(target_probs, draft_probs, draft_tokens, generator):
    k = len(draft_tokens)
    place = draft_tokens.unsqueeze(1)
    ratio = (target_probs[:k].gather(1, place) / draft_probs.gather(1, place)).squeeze(1)
    fits = torch.rand(k, generator=generator, device=ratio.device) < ratio
    n = int(fits.int().cumprod(0).sum())
    q = F.pad(draft_probs, (0, 0, 0, 1))
    weights = (target_probs[n] - q[n]).clamp(min=0)
    weights = torch.where(weights.sum() > 0, weights, target_probs[n])
    clocks = torch.empty_like(weights).exponential_(generator=generator)
    last = (weights / clocks).argmax().reshape(1)
    return torch.cat([draft_tokens[:n], last])
