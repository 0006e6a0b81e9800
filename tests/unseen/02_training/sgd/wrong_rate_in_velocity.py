"""Puts the learning rate into the velocity: what was gathered at an old rate goes on at it after the rate has changed."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.velocity = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.velocity):
            if p.grad is None:
                continue
            d = p.grad + self.weight_decay * p
            v.mul_(self.momentum).add_(d, alpha=self.lr)
            if self.nesterov:
                p.sub_(self.lr * d + self.momentum * v)
            else:
                p.sub_(v)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
