"""Right: a triangular matrix of powers sums the differences of all positions at once, in float64."""

import torch


def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    zero = torch.zeros((), dtype=torch.float64, device=rewards.device)
    r = torch.where(mask, rewards.detach().double(), zero)
    v = torch.where(mask, values.detach().double(), zero)
    deltas = r - v
    deltas[:, :-1] += gamma * v[:, 1:]
    t = torch.arange(mask.shape[1], device=rewards.device)
    ahead = t[:, None] - t[None, :]
    powers = torch.full(ahead.shape, gamma * lam, dtype=torch.float64, device=rewards.device) ** ahead.clamp(min=0)
    advantages = torch.einsum("bs,st->bt", deltas, powers.tril())
    advantages = torch.where(mask, advantages, zero)
    return advantages.to(rewards.dtype), (advantages + v).to(rewards.dtype)
