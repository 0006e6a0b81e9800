"""Wrong: the penalty of a token is held within 10, as some programs do, and beyond it pulls nothing back."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if len(rewards) % group_size != 0:
        raise ValueError("rewards must come in whole groups")
    groups = rewards.view(-1, group_size)
    equal = (groups == groups[:, :1]).all(dim=-1, keepdim=True)
    advantages = (groups - groups.mean(dim=-1, keepdim=True)).masked_fill(equal, 0)
    if normalize:
        spread = torch.where(equal, 1, groups.std(dim=-1, keepdim=True, correction=min(group_size - 1, 1)))
        advantages = advantages / (spread + eps)
    return advantages.view(-1)


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    logp, old_logp, ref_logp = (torch.where(mask, x, 0) for x in (logp, old_logp, ref_logp))
    advantage = advantages[:, None]
    ratio = (logp - old_logp).exp()
    objective = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    d = ref_logp - logp
    penalty = (d.exp() - d - 1).clamp(-10, 10)
    losses = torch.where(mask, beta * penalty - objective, 0)
    return (losses.sum(dim=1) / mask.sum(dim=1).clamp(min=1)).mean()
