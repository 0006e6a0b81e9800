"""Decays the parameter as it is after the step, not as it was before."""

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.state = {p: {"m": torch.zeros_like(p), "s": torch.zeros_like(p), "t": 0} for p in self.params}

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.params:
            if p.grad is None:
                continue
            state = self.state[p]
            state["t"] += 1
            state["m"] = b1 * state["m"] + (1 - b1) * p.grad
            state["s"] = b2 * state["s"] + (1 - b2) * p.grad**2
            m_hat = state["m"] / (1 - b1 ** state["t"])
            s_hat = state["s"] / (1 - b2 ** state["t"])
            p -= self.lr * m_hat / (torch.sqrt(s_hat) + self.eps)
            p -= self.lr * self.weight_decay * p

    def zero_grad(self):
        for p in self.params:
            p.grad = None
