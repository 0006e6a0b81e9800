"""Velocities in float64, made when they are first needed; `zero_grad` fills with zeros."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.params = tuple(params)
        self.velocity = {}
        self.lr = lr
        self.rule = (momentum, weight_decay, nesterov)

    def step(self):
        for number, p in enumerate(self.params):
            if p.grad is not None:
                with torch.no_grad():
                    p.copy_(self._moved(number, p.detach().double(), p.grad.detach().double()))

    def _moved(self, number, p, g):
        mu, decay, nesterov = self.rule
        d = torch.add(g, p, alpha=decay)
        v = mu * self.velocity.get(number, 0.0) + d
        self.velocity[number] = v
        return p - self.lr * (d + mu * v if nesterov else v)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad = torch.zeros_like(p.grad, requires_grad=False)
