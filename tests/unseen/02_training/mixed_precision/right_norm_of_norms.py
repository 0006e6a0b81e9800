"""Clips by itself: the norm of all gradients is that of their norms, in float64."""

import torch
from torch import autocast


def _clip(gradients):
    if not gradients:
        return
    norm = torch.stack([g.double().norm() for g in gradients]).norm().item()
    if norm > 1:
        torch._foreach_mul_(gradients, 1 / norm)


def amp_step(model, x, y, loss_fn, optimizer, scaler, device_type, dtype):
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    with autocast(device_type=device_type, dtype=dtype):
        guess = model(x)
        loss = loss_fn(guess, y)
    value = float(loss.detach())
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    _clip([p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return value
