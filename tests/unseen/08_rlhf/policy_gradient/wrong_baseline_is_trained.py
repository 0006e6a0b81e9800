"""Wrong: keeps the gradient from the rewards, but not from a baseline that a value model gives."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    weights = rewards.detach()
    if baseline is not None:
        weights = weights - baseline
    return -(weights * logp.masked_fill(~mask, 0.0).sum(dim=-1)).mean()


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    real = torch.ones(1, 1, dtype=torch.bool)
    logits = torch.zeros(len(arms))
    for _ in range(steps):
        logits.requires_grad_(True)
        logp = logits.log_softmax(dim=0)
        u = torch.rand(1, generator=generator)
        arm = min(int((logp.detach().exp().cumsum(dim=0) <= u).sum()), len(arms) - 1)
        reward = torch.tensor([arms[arm]], dtype=torch.float32)
        (gradient,) = torch.autograd.grad(reinforce_loss(logp[None, arm : arm + 1], reward, real), logits)
        logits = logits.detach() - lr * gradient
    return logits.detach().softmax(dim=0)
