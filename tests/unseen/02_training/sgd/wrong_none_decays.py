"""Decays all parameters, also those without a gradient, which are to be left out of the step."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr, self.mu, self.decay, self.nesterov = lr, momentum, weight_decay, nesterov
        self.v = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            shrink = self.lr * self.decay * p
            if p.grad is None:
                p.sub_(shrink)
                continue
            d = p.grad + self.decay * p
            self.v[i] = self.mu * self.v[i] + d
            u = d + self.mu * self.v[i] if self.nesterov else self.v[i]
            p.sub_(self.lr * u)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
