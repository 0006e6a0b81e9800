"""Right: each answer is cut out by its length and reckoned with Python's own numbers."""

import torch


def gae(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, returns = torch.zeros_like(rewards), torch.zeros_like(values)
    with torch.no_grad():
        for b, length in enumerate(mask.sum(dim=1).tolist()):
            r, v = rewards[b, :length].tolist(), values[b, :length].tolist() + [0.0]
            a = 0.0
            for t in range(length - 1, -1, -1):
                a = r[t] + gamma * v[t + 1] - v[t] + gamma * lam * a
                advantages[b, t] = a
                returns[b, t] = a + v[t]
    return advantages, returns
