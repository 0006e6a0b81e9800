"""Wrong: makes NaN and infinity finite instead of hiding padding, whose ratio overflows then: 0 times it is NaN."""

import torch


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    n = mask.sum().clamp(min=1)
    logp, old_logp, advantages = (torch.nan_to_num(x) for x in (logp, old_logp, advantages))
    logratio = logp - old_logp
    ratio = logratio.exp()
    unclipped = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    terms = torch.where(mask, torch.minimum(unclipped, clipped), 0)
    stats = {
        "clip_fraction": ((clipped < unclipped) & mask).sum().item() / n.item(),
        "approx_kl": torch.where(mask, logratio.detach().square(), 0).sum().item() / 2 / n.item(),
    }
    return -terms.sum() / n, stats


def value_loss(values, old_values, returns, mask, clip=0.2):
    values, old_values, returns = (torch.where(mask, x, 0) for x in (values, old_values, returns))
    near = old_values + (values - old_values).clamp(-clip, clip)
    worse = torch.maximum((values - returns).square(), (near - returns).square())
    return 0.5 * worse.sum() / mask.sum().clamp(min=1)
