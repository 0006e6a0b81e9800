"""Wrong: in a row without padding the value after the last token is taken to be the last token's own."""

import torch


@torch.no_grad()
def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = rewards.masked_fill(~mask, 0.0)
    values = values.masked_fill(~mask, 0.0)
    T = rewards.shape[1]
    advantage = torch.zeros_like(values[:, 0])
    backwards = []
    for t in reversed(range(T)):
        next_value = values[:, min(t + 1, T - 1)]
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        advantage = delta + gamma * lam * advantage
        backwards.append(advantage)
    advantages = torch.stack(backwards[::-1], dim=1)
    return advantages, advantages + values
