"""Wrong: equal rewards are looked for only where there is something to divide by, and their mean may be off by a little."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if len(rewards) % group_size:
        raise ValueError("the rewards do not fill their groups")
    groups = rewards.reshape(-1, group_size)
    centred = groups - groups.mean(dim=1, keepdim=True)
    if not normalize or group_size == 1:
        return centred.reshape(-1)
    spread = groups.std(dim=1, keepdim=True)
    same = groups.amin(dim=1, keepdim=True) == groups.amax(dim=1, keepdim=True)
    return torch.where(same, 0, centred / (spread + eps)).reshape(-1)


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    zero = logp.new_zeros(())
    logp, old_logp, ref_logp = (torch.where(mask, x, zero) for x in (logp, old_logp, ref_logp))
    a = advantages[:, None]
    ratio = torch.exp(logp - old_logp)
    gain = torch.min(ratio * a, torch.clamp(ratio, 1 - clip, 1 + clip) * a)
    d = ref_logp - logp
    losses = (beta * (d.exp() - d - 1) - gain).masked_fill(~mask, 0)
    return (losses.sum(-1) / mask.sum(-1).clamp(min=1)).mean()
