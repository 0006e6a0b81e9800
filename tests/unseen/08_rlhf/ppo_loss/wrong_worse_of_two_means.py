"""Wrong: takes the larger of the two mean squared errors of values, not the mean of the larger ones."""

import torch


def clear(mask, *tensors):
    return [x.masked_fill(~mask, 0) for x in tensors]


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    n = mask.sum().clamp(min=1)
    logp, old_logp, advantages = clear(mask, logp, old_logp, advantages)
    ratio = torch.exp(logp - old_logp)
    surrogate = ratio * advantages
    clipped = torch.clamp(ratio, 1 - clip, 1 + clip) * advantages
    loss = -torch.min(surrogate, clipped).sum() / n
    return loss, {
        "clip_fraction": (clipped < surrogate).sum().item() / n.item(),
        "approx_kl": ((logp - old_logp).detach().square().sum() / (2 * n)).item(),
    }


def value_loss(values, old_values, returns, mask, clip=0.2):
    n = mask.sum().clamp(min=1)
    values, old_values, returns = clear(mask, values, old_values, returns)
    near = old_values + (values - old_values).clamp(-clip, clip)
    error = (values - returns).square().sum() / n
    clipped_error = (near - returns).square().sum() / n
    return 0.5 * torch.maximum(error, clipped_error)
