"""Wrong: bounds the ratio of bad answers by 3, too, as programs with a dual clip do."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if rewards.numel() % group_size != 0:
        raise ValueError(f"cannot divide {rewards.numel()} rewards into groups of {group_size}")
    groups = rewards.view(-1, group_size)
    advantages = groups - groups.mean(dim=1, keepdim=True)
    if normalize and group_size > 1:
        advantages = advantages / (groups.std(dim=1, keepdim=True) + eps)
    equal = (groups == groups[:, :1]).all(dim=1, keepdim=True)
    return advantages.masked_fill(equal, 0).flatten()


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04, clip_bad=3.0):
    logp, old_logp, ref_logp = (x.masked_fill(~mask, 0) for x in (logp, old_logp, ref_logp))
    a = advantages.unsqueeze(1)
    ratio = (logp - old_logp).exp()
    policy = torch.maximum(-ratio * a, -ratio.clamp(1 - clip, 1 + clip) * a)
    policy = torch.where(a < 0, torch.minimum(policy, -clip_bad * a), policy)
    d = ref_logp - logp
    losses = torch.where(mask, policy + beta * (d.exp() - d - 1), 0)
    return (losses.sum(dim=1) / mask.sum(dim=1).clamp(min=1)).mean()
