"""Each parameter has a generator, which remembers its means in local names, in float64, and yields once a step."""

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.walks = [self._walk(p) for p in self.params]

    def _walk(self, p):
        beta1, beta2 = self.betas
        left1 = left2 = 1.0
        m = s = torch.zeros(p.shape, dtype=torch.float64, device=p.device)
        while True:
            g = p.grad.detach().double()
            m = beta1 * m + (1 - beta1) * g
            s = beta2 * s + (1 - beta2) * g.square()
            left1, left2 = left1 * beta1, left2 * beta2
            move = m / (1 - left1) / ((s / (1 - left2)).sqrt() + self.eps)
            p.detach().copy_((1 - self.lr * self.weight_decay) * p.detach().double() - self.lr * move)
            yield

    def step(self):
        for p, walk in zip(self.params, self.walks):
            if p.grad is not None:
                next(walk)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.detach().zero_()
