"""Gives the parameter new memory in each step, `p.data = ...`: who shares the old memory sees nothing of it."""

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params = list(params)
        self.lr = lr
        self.b1, self.b2 = betas
        self.eps = eps
        self.wd = weight_decay
        self.m = [torch.zeros_like(p.data) for p in self.params]
        self.s = [torch.zeros_like(p.data) for p in self.params]
        self.t = [0] * len(self.params)

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad.data
            self.t[i] += 1
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.s[i] = self.b2 * self.s[i] + (1 - self.b2) * g**2
            m_hat = self.m[i] / (1 - self.b1 ** self.t[i])
            s_hat = self.s[i] / (1 - self.b2 ** self.t[i])
            p.data = p.data - self.lr * self.wd * p.data - self.lr * m_hat / (s_hat.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
