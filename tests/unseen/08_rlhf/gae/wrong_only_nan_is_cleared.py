"""Wrong: NaN at padding is replaced before the product with the mask, but infinity times 0 is NaN as well."""

import torch


@torch.no_grad()
def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = torch.where(rewards.isnan(), 0.0, rewards) * mask
    values = torch.where(values.isnan(), 0.0, values) * mask
    T = rewards.shape[1]
    advantage = next_value = torch.zeros_like(values[:, 0])
    backwards = []
    for t in reversed(range(T)):
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        advantage = delta + gamma * lam * advantage
        next_value = values[:, t]
        backwards.append(advantage)
    advantages = torch.stack(backwards[::-1], dim=1)
    return advantages, advantages + values
