"""`zero_grad` multiplies the gradients by 0, which leaves NaN of infinity and of NaN."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.velocities = {p: torch.zeros_like(p, requires_grad=False) for p in self.params}

    def step(self):
        with torch.no_grad():
            for p, v in self.velocities.items():
                if p.grad is not None:
                    d = p.grad + self.weight_decay * p
                    v *= self.momentum
                    v += d
                    if self.nesterov:
                        p -= self.lr * (d + self.momentum * v)
                    else:
                        p -= self.lr * v

    def zero_grad(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.grad *= 0
