"""Clips the gradients while they are still multiplied by the scale: divided by it afterwards, they are next to nothing."""

import torch
from torch import nn


def amp_step(model, x, y, loss_fn, optimizer, scaler, device_type, dtype):
    optimizer.zero_grad()
    with torch.autocast(device_type=device_type, dtype=dtype):
        output = model(x)
        loss = loss_fn(output, y)
    scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
