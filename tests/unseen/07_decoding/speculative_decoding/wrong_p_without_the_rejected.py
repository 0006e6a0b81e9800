"""Wrong: draws from p without the rejected token, and not from what p has more of than q."""

import torch


def speculative_step(target_probs, draft_probs, draft_tokens, generator):
    k = draft_tokens.shape[0]
    at = torch.arange(k, device=draft_tokens.device)
    p, q = target_probs[at, draft_tokens], draft_probs[at, draft_tokens]
    ratio = p / q
    u = torch.rand(k, generator=generator, device=p.device)
    n = int((u < ratio).long().cumprod(0).sum())
    if n == k:
        weights = target_probs[k]
    else:
        weights = target_probs[n].scatter(0, draft_tokens[n : n + 1], 0.0)
        if weights.sum() == 0:
            weights = target_probs[n]
    last = torch.multinomial(weights, 1, generator=generator)
    return torch.cat([draft_tokens[:n], last])
