"""Wrong: the bandit subtracts the mean of the rewards so far, as the book's gradient bandit does."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    advantages = rewards - (0.0 if baseline is None else baseline)
    return -(advantages.detach() * (logp.masked_fill(~mask, 0)).sum(1)).mean()


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.zeros(len(arms), requires_grad=True)
    mean = 0.0
    for step in range(steps):
        policy = logits.softmax(0)
        u = torch.rand(1, generator=generator).item()
        arm = len(arms) - 1
        for k, end in enumerate(policy.detach().cumsum(0).tolist()):
            if end > u:
                arm = k
                break
        reward = float(arms[arm])
        mean += (reward - mean) / (step + 1)
        logp = logits.log_softmax(0)[arm].reshape(1, 1)
        loss = reinforce_loss(logp, torch.tensor([reward]), torch.tensor([[True]]), baseline=mean)
        (slope,) = torch.autograd.grad(loss, logits)
        logits = (logits.detach() - lr * slope).requires_grad_()
    return logits.detach().softmax(0)
