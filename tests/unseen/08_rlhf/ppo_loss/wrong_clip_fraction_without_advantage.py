"""Wrong: counts a token of advantage 0 beyond the upper bound as clipped, where both terms are 0 and none is smaller."""

import torch


def mean(x, mask):
    return torch.where(mask, x, 0).sum() / mask.sum().clamp(min=1)


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    logp, old_logp, advantages = (x.masked_fill(~mask, 0) for x in (logp, old_logp, advantages))
    ratio = (logp - old_logp).exp()
    loss = -mean(torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages), mask)
    with torch.no_grad():
        clipped = torch.where(advantages >= 0, ratio > 1 + clip, ratio < 1 - clip)
        stats = {
            "clip_fraction": mean(clipped.to(ratio.dtype), mask),
            "approx_kl": mean((logp - old_logp).square() / 2, mask),
        }
    return loss, stats


def value_loss(values, old_values, returns, mask, clip=0.2):
    values, old_values, returns = (x.masked_fill(~mask, 0) for x in (values, old_values, returns))
    near = torch.maximum(torch.minimum(values, old_values + clip), old_values - clip)
    return 0.5 * mean(torch.maximum((values - returns) ** 2, (near - returns) ** 2), mask)
