"""Wrong: keeps q above 1e-5 before it divides, so an unlikely token is rejected though p is as large."""

import torch


def speculative_step(target_probs, draft_probs, draft_tokens, generator):
    k = draft_tokens.shape[0]
    at = torch.arange(k, device=draft_tokens.device)
    p, q = target_probs[at, draft_tokens], draft_probs[at, draft_tokens]
    ratio = p / q.clamp(min=1e-5)
    u = torch.rand(k, generator=generator, device=p.device)
    n = int((u < ratio).long().cumprod(0).sum())
    if n == k:
        weights = target_probs[k]
    else:
        weights = (target_probs[n] - draft_probs[n]).clamp(min=0)
        if weights.sum() == 0:
            weights = target_probs[n]
    last = torch.multinomial(weights, 1, generator=generator)
    return torch.cat([draft_tokens[:n], last])
