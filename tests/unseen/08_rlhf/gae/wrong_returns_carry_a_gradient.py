"""Wrong: the advantages carry no gradient, but the returns are made with the values as they came."""

import torch


def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = rewards.masked_fill(~mask, 0.0)
    values = values.masked_fill(~mask, 0.0)
    baseline = values.detach()
    rewards = rewards.detach()
    T = rewards.shape[1]
    advantage = next_value = torch.zeros_like(baseline[:, 0])
    backwards = []
    for t in reversed(range(T)):
        delta = rewards[:, t] + gamma * next_value - baseline[:, t]
        advantage = delta + gamma * lam * advantage
        next_value = baseline[:, t]
        backwards.append(advantage)
    advantages = torch.stack(backwards[::-1], dim=1)
    return advantages, advantages + values
