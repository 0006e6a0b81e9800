"""Wrong: ends before the last step once an arm is nearly certain, as if nothing changed from there on."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    advantages = rewards.detach()
    if baseline is not None:
        advantages = advantages - (baseline.detach() if isinstance(baseline, torch.Tensor) else baseline)
    summed = logp.masked_fill(mask.logical_not(), 0).sum(-1)
    return -torch.mean(advantages * summed)


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.zeros(len(arms), requires_grad=True)
    one = torch.ones(1, 1, dtype=torch.bool)
    for _ in range(steps):
        probabilities = logits.detach().softmax(dim=0)
        if probabilities.max() > 0.99:
            break
        u = torch.rand(1, generator=generator)
        arm = int((probabilities.cumsum(0) <= u).sum().clamp(max=len(arms) - 1))
        loss = reinforce_loss(logits.log_softmax(0)[arm].view(1, 1), torch.tensor([float(arms[arm])]), one)
        loss.backward()
        with torch.no_grad():
            logits.sub_(lr * logits.grad)
            logits.grad.zero_()
    return logits.detach().softmax(dim=0)
