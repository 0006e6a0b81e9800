"""Keeps s without its hat and shrinks epsilon by the root of the hat instead, which is the same; bfloat16 has means in float32."""

import math

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.lr = lr
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        self.slots = []
        for p in params:
            wide = torch.promote_types(p.dtype, torch.float32)
            m, s = torch.zeros((2, *p.shape), dtype=wide, device=p.device).unbind(0)
            self.slots.append({"p": p, "m": m, "s": s, "t": 0})

    @torch.no_grad()
    def step(self) -> None:
        for slot in self.slots:
            if slot["p"].grad is not None:
                slot["t"] += 1
                self._move(**slot)

    def _move(self, p, m, s, t):
        beta1, beta2 = self.betas
        g = p.grad.to(m.dtype)
        m.lerp_(g, 1 - beta1)
        s.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        root = math.sqrt(1 - beta2**t)
        rate = self.lr * root / (1 - beta1**t)
        new = p.to(m.dtype) * (1 - self.lr * self.weight_decay)
        p.copy_(new.addcdiv_(m, s.sqrt().add_(self.eps * root), value=-rate))

    def zero_grad(self) -> None:
        for slot in self.slots:
            slot["p"].grad = None
