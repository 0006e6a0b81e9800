"""Wrong: a running sum of discounted differences is divided by the discount again, which fails once its powers vanish."""

import torch


@torch.no_grad()
def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = torch.where(mask, rewards, 0)
    values = torch.where(mask, values, 0)
    following = torch.nn.functional.pad(values[:, 1:], (0, 1))
    deltas = rewards + gamma * following - values
    steps = torch.arange(rewards.shape[1], device=rewards.device, dtype=rewards.dtype)
    discounts = (gamma * lam) ** steps
    to_the_end = (deltas * discounts).flip(1).cumsum(1).flip(1)
    advantages = to_the_end / discounts
    return advantages, advantages + values
