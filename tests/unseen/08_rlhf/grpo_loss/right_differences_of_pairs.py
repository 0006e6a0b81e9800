"""Right: mean and variance come from the differences of all pairs in a group, and the loss from its real tokens alone."""

import torch


def group_advantages(rewards, group_size, eps=1e-6, normalize=True):
    if len(rewards) % group_size:
        raise ValueError(f"{len(rewards)} rewards are no whole number of groups of {group_size}")
    groups = rewards.double().view(-1, group_size)
    apart = groups.unsqueeze(2) - groups.unsqueeze(1)  # (P, G, G), r_i - r_j, exactly 0 of equal rewards
    advantages = apart.mean(dim=2)
    if normalize:
        pairs = 2 * group_size * max(group_size - 1, 1)
        deviation = (apart.square().sum(dim=(1, 2)) / pairs).sqrt()
        advantages = advantages / (deviation.unsqueeze(1) + eps)
    return advantages.flatten().to(rewards.dtype)


def grpo_loss(logp, old_logp, ref_logp, advantages, mask, clip=0.2, beta=0.04):
    rows, places = mask.nonzero(as_tuple=True)
    p, o, q = (x[rows, places].double() for x in (logp, old_logp, ref_logp))
    a = advantages.double()[rows]
    ratio = (p - o).exp()
    bounded = torch.where(a > 0, ratio.clamp(max=1 + clip), ratio.clamp(min=1 - clip))
    losses = beta * (torch.expm1(q - p) - (q - p)) - bounded * a
    lengths = mask.sum(dim=1).clamp(min=1)
    total = (losses / lengths[rows]).sum()
    return (total / len(mask)).to(logp.dtype)
