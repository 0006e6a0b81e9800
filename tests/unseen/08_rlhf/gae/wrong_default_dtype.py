"""Wrong: the advantages are written into a tensor of torch's default dtype."""

import torch


@torch.no_grad()
def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = rewards.masked_fill(~mask, 0.0)
    values = values.masked_fill(~mask, 0.0)
    T = rewards.shape[1]
    advantage = next_value = torch.zeros_like(values[:, 0])
    advantages = torch.zeros(rewards.shape, device=rewards.device)
    for t in reversed(range(T)):
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        advantage = delta + gamma * lam * advantage
        next_value = values[:, t]
        advantages[:, t] = advantage
    return advantages, advantages + values
