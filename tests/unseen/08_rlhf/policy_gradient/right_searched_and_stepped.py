"""Right: an arm is found by a binary search among the cumulative probabilities, and torch's SGD takes the step."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    total = logp[:0].sum()
    for answer, reward, real, i in zip(logp, rewards.detach(), mask, range(len(logp)), strict=True):
        expected = 0.0
        if baseline is not None:
            expected = baseline[i].detach() if torch.is_tensor(baseline) else baseline
        total = total + (expected - reward) * answer[real].sum()
    return total / len(logp)


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.nn.Parameter(torch.zeros(1, len(arms)))
    optimizer = torch.optim.SGD([logits], lr=lr)
    everything = torch.ones(1, 1, dtype=torch.bool)
    for _ in range(steps):
        log_policy = logits.log_softmax(dim=-1)
        ends = log_policy.detach().exp().cumsum(dim=-1)[0]
        u = torch.rand(1, generator=generator)
        arm = torch.searchsorted(ends, u, right=True).clamp(max=len(arms) - 1)
        reward = torch.tensor([float(arms[arm.item()])])
        optimizer.zero_grad()
        reinforce_loss(log_policy[:, arm], reward, everything).backward()
        optimizer.step()
    return logits.detach()[0].softmax(dim=0)
