"""Right: the bandit needs no autograd: the gradient of the loss is the reward times the policy less the arm that was drawn."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    weights = rewards.detach().clone()
    if baseline is not None:
        weights -= baseline.detach() if isinstance(baseline, torch.Tensor) else baseline
    return torch.einsum("b,bt->", -weights / len(weights), torch.where(mask, logp, torch.zeros_like(logp)))


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    logits = torch.zeros(len(arms), dtype=torch.float32)
    for _ in range(steps):
        policy = logits.softmax(dim=0)
        u = torch.rand(1, generator=generator)
        above = (policy.cumsum(dim=0) > u).nonzero().flatten().tolist()
        arm = above[0] if above else len(arms) - 1
        slope = policy.clone()
        slope[arm] -= 1.0
        logits -= lr * arms[arm] * slope
    return logits.softmax(dim=0)
