"""Wrong: clips the log-ratio between the logarithms of the bounds; the lower one has none where clip is 1 or more."""

import math

import torch


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    zero = torch.zeros_like(logp)
    advantages = torch.where(mask, advantages, zero)
    logratio = torch.where(mask, logp, zero) - torch.where(mask, old_logp, zero)
    near = logratio.clamp(math.log(1 - clip), math.log(1 + clip))
    unclipped, clipped = logratio.exp() * advantages, near.exp() * advantages
    n = mask.sum().clamp(min=1)
    beyond = (near != logratio) & (clipped < unclipped)
    stats = {
        "clip_fraction": (beyond.sum() / n).item(),
        "approx_kl": (logratio.detach() ** 2 / 2).sum().item() / n.item(),
    }
    return -torch.min(unclipped, clipped).sum() / n, stats


def value_loss(values, old_values, returns, mask, clip=0.2):
    zero = torch.zeros_like(values)
    values, old_values, returns = (torch.where(mask, x, zero) for x in (values, old_values, returns))
    near = old_values + torch.clamp(values - old_values, -clip, clip)
    squares = torch.max((values - returns) ** 2, (near - returns) ** 2)
    return squares.sum() / (2 * mask.sum().clamp(min=1))
