"""Nesterov's step looks ahead with the bare gradient, u = g + μv: the weight decay is left out of its first part."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.params = [p for p in params]
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.velocities = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.velocities):
            if p.grad is None:
                continue
            g = p.grad
            v.copy_(self.momentum * v + g + self.weight_decay * p)
            update = g + self.momentum * v if self.nesterov else v
            p.add_(update, alpha=-self.lr)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
