"""Puts the hats into the learning rate and adds epsilon to the root of s without its hat, where it counts for more."""

import math

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.state = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.params]
        self.steps = [0] * len(self.params)

    @torch.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            m, s = self.state[i]
            self.steps[i] += 1
            t = self.steps[i]
            m.mul_(beta1).add_(p.grad, alpha=1 - beta1)
            s.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            alpha_t = self.lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
            p.mul_(1 - self.lr * self.weight_decay)
            p.addcdiv_(m, s.sqrt().add_(self.eps), value=-alpha_t)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
