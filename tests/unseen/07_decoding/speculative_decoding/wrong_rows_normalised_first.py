"""Wrong: makes the rows add up to 1 first, so a token with p equal to q may be rejected."""

import torch


def speculative_step(target_probs, draft_probs, draft_tokens, generator):
    k = draft_tokens.shape[0]
    target_probs = target_probs / target_probs.sum(-1, keepdim=True)
    draft_probs = draft_probs / draft_probs.sum(-1, keepdim=True)
    at = torch.arange(k, device=draft_tokens.device)
    p, q = target_probs[at, draft_tokens], draft_probs[at, draft_tokens]
    ratio = p / q
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
