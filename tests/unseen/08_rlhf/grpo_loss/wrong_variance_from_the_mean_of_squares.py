"""Wrong: the variance is the mean of squares less the square of the mean, which cancels where rewards are far from 0."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if len(rewards) % group_size:
        raise ValueError(f"{len(rewards)} rewards cannot be shared out to groups of {group_size}")
    groups = rewards.view(-1, group_size)
    mean = groups.mean(dim=1, keepdim=True)
    advantages = groups - mean
    if normalize:
        variance = groups.square().mean(dim=1, keepdim=True) - mean.square()
        unbiased = variance.clamp(min=0) * group_size / max(group_size - 1, 1)
        advantages = advantages / (unbiased.sqrt() + eps)
    equal = groups.amax(dim=1, keepdim=True) == groups.amin(dim=1, keepdim=True)
    return torch.where(equal, 0, advantages).flatten()


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    logp, old_logp, ref_logp = (x.masked_fill(~mask, 0) for x in (logp, old_logp, ref_logp))
    a = advantages.view(-1, 1)
    ratio = (logp - old_logp).exp()
    d = ref_logp - logp
    losses = -torch.min(ratio * a, ratio.clamp(1 - clip, 1 + clip) * a) + beta * (d.exp() - d - 1)
    return (losses.masked_fill(~mask, 0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)).mean()
