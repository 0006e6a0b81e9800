"""`torch.zeros(p.shape)` makes running means in float32, also for a parameter in float64."""

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.m = [torch.zeros(p.shape, device=p.device) for p in self.params]
        self.s = [torch.zeros(p.shape, device=p.device) for p in self.params]
        self.t = [0 for _ in self.params]

    @torch.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            self.t[i] += 1
            self.m[i].copy_(beta1 * self.m[i] + (1 - beta1) * g)
            self.s[i].copy_(beta2 * self.s[i] + (1 - beta2) * g * g)
            m_hat = self.m[i] / (1 - beta1 ** self.t[i])
            s_hat = self.s[i] / (1 - beta2 ** self.t[i])
            p.copy_((1 - self.lr * self.weight_decay) * p - self.lr * m_hat / (s_hat.sqrt() + self.eps))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
