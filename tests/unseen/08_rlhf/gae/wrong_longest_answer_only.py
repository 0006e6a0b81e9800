"""Wrong: the loop runs over the longest answer to save time, and has nothing to stack if all answers are empty."""

import torch


@torch.no_grad()
def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = rewards.masked_fill(~mask, 0.0)
    values = values.masked_fill(~mask, 0.0)
    width = rewards.shape[1]
    T = int(mask.sum(dim=1).max())
    advantage = next_value = torch.zeros_like(values[:, 0])
    backwards = []
    for t in reversed(range(T)):
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        advantage = delta + gamma * lam * advantage
        next_value = values[:, t]
        backwards.append(advantage)
    advantages = torch.stack(backwards[::-1], dim=1)
    advantages = torch.nn.functional.pad(advantages, (0, width - T))
    return advantages, advantages + values
