"""-log σ(z) is the logarithm of e⁰ + e⁻ᶻ, which `logaddexp` knows how to take."""

import torch


def skipgram_loss(center, context, negatives):
    v, u, w = (vectors.to(torch.float64) for vectors in (center, context, negatives))
    pairs = torch.cat([-u.unsqueeze(1), w], dim=1)  # what is to have a low score with v
    scores = (pairs * v.unsqueeze(1)).sum(-1)
    costs = torch.logaddexp(scores, torch.zeros_like(scores))
    return costs.sum(dim=1).mean().to(center.dtype)
