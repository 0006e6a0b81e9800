"""Wrong: the largest of all False is the first one: where rounding leaves no cumulative probability above u, arm 0 is pulled."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    advantages = rewards if baseline is None else rewards - baseline
    answers = torch.where(mask, logp, 0.0).sum(dim=1)
    return -(advantages.detach() * answers).sum() / logp.shape[0]


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    rewards = torch.tensor(arms, dtype=torch.float32)
    logits = torch.zeros(1, len(arms), requires_grad=True)
    for _ in range(steps):
        log_policy = torch.log_softmax(logits, dim=1)
        u = torch.rand(1, generator=generator)
        arm = (log_policy.exp().cumsum(dim=1) > u).long().argmax(dim=1)
        loss = reinforce_loss(log_policy[:, arm], rewards[arm], torch.ones(1, 1, dtype=torch.bool))
        loss.backward()
        with torch.no_grad():
            logits -= lr * logits.grad
        logits.grad = None
    return torch.softmax(logits.detach()[0], dim=0)
