"""Wrong: rewards that are merely close to one another count as equal, and their group learns nothing."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if len(rewards) % group_size:
        raise ValueError(f"{len(rewards)} is no multiple of {group_size}")
    groups = rewards.unflatten(0, (-1, group_size))
    advantages = groups - groups.mean(dim=1, keepdim=True)
    if normalize and group_size > 1:
        advantages = advantages / (groups.std(dim=1, keepdim=True) + eps)
    equal = torch.isclose(groups, groups[:, :1]).all(dim=1, keepdim=True)
    return advantages.masked_fill(equal, 0).flatten()


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    logp, old_logp, ref_logp = (x.masked_fill(~mask, 0) for x in (logp, old_logp, ref_logp))
    a = advantages.unsqueeze(-1)
    ratio = (logp - old_logp).exp()
    policy = -torch.minimum(ratio * a, ratio.clamp(1 - clip, 1 + clip) * a)
    log_ref_ratio = ref_logp - logp
    penalty = torch.expm1(log_ref_ratio) - log_ref_ratio
    losses = torch.where(mask, policy + beta * penalty, 0)
    return (losses.sum(dim=1) / mask.sum(dim=1).clamp(min=1)).mean()
