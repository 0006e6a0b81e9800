"""Wrong: a baseline that is a number becomes a float32 tensor with an axis, which sets the dtype of the loss."""

import torch


def reinforce_loss(logp, rewards, mask, baseline=None):
    if baseline is None:
        baseline = torch.zeros_like(rewards)
    elif not isinstance(baseline, torch.Tensor):
        baseline = torch.full(rewards.shape, float(baseline), dtype=torch.float32, device=rewards.device)
    advantages = (rewards - baseline).detach()
    log_likelihood = logp.masked_fill(~mask, 0).sum(dim=1)
    return -(advantages * log_likelihood).mean()


def train_bandit(arms, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.zeros(len(arms), requires_grad=True)
    for _ in range(steps):
        logp = torch.log_softmax(logits, dim=0)
        u = torch.rand(1, generator=generator)
        above = logp.exp().cumsum(dim=0) > u
        arm = int(above.int().argmax()) if above.any() else len(arms) - 1
        loss = reinforce_loss(logp[arm].view(1, 1), torch.tensor([float(arms[arm])]), torch.tensor([[True]]))
        (gradient,) = torch.autograd.grad(loss, logits)
        logits = (logits - lr * gradient).detach().requires_grad_()
    return logits.softmax(dim=0).detach()
