"""Wrong: keeps the log-ratio within 20, as some programs do to be safe from overflow, so a bad token's ratio stops there."""

import torch


def masked_mean(x, mask):
    return x.masked_fill(~mask, 0).sum() / mask.sum().clamp(min=1)


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    logp, old_logp, advantages = (x.masked_fill(~mask, 0) for x in (logp, old_logp, advantages))
    log_ratio = (logp - old_logp).clamp(min=-20, max=20)
    ratio = log_ratio.exp()
    free = ratio * advantages
    bounded = ratio.clamp(1 - clip, 1 + clip) * advantages
    with torch.no_grad():
        stats = {
            "clip_fraction": masked_mean((bounded < free).to(logp.dtype), mask),
            "approx_kl": masked_mean(0.5 * (logp - old_logp) ** 2, mask),
        }
    return -masked_mean(torch.minimum(free, bounded), mask), stats


def value_loss(values, old_values, returns, mask, clip=0.2):
    values, old_values, returns = (x.masked_fill(~mask, 0) for x in (values, old_values, returns))
    near = values.clamp(old_values - clip, old_values + clip)
    return masked_mean(torch.maximum((values - returns) ** 2, (near - returns) ** 2), mask) / 2
