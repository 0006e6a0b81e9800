"""Asks for the gradients by `autograd.grad`, puts them in place itself, and wraps autocast around a function."""

import torch


def amp_step(model, x, y, loss_fn, optimizer, scaler, device_type, dtype):
    @torch.autocast(device_type, dtype=dtype)
    def forward():
        return loss_fn(model(x), y)

    loss = forward()
    optimizer.zero_grad()
    learned = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    gradients = torch.autograd.grad(scaler.scale(loss), learned, allow_unused=True)
    for p, g in zip(learned, gradients):
        p.grad = g
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(learned, max_norm=1.0)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
