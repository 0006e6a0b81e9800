"""Works on whole lists of tensors, with the `foreach` operations of torch."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.slots = [(p, torch.zeros_like(p, requires_grad=False)) for p in params]
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.nesterov = nesterov

    @torch.no_grad()
    def step(self) -> None:
        active = [(p, p.grad, v) for p, v in self.slots if p.grad is not None]
        if not active:
            return
        weights, gradients, velocities = map(list, zip(*active))
        d = torch._foreach_add(gradients, weights, alpha=self.weight_decay)
        torch._foreach_mul_(velocities, self.momentum)
        torch._foreach_add_(velocities, d)
        u = torch._foreach_add(d, velocities, alpha=self.momentum) if self.nesterov else velocities
        torch._foreach_add_(weights, u, alpha=-self.lr)

    def zero_grad(self) -> None:
        for p, _ in self.slots:
            p.grad = None
