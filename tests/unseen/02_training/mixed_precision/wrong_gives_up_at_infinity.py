"""Leaves the batch out if the loss is not finite, without a word to the scaler, whose scale does not fall then."""

import math

import torch
from torch.nn.utils import clip_grad_norm_


def amp_step(model, x, y, loss_fn, optimizer, scaler, device_type, dtype):
    optimizer.zero_grad()
    with torch.autocast(device_type=device_type, dtype=dtype):
        loss = loss_fn(model(x), y)
    value = loss.item()
    if not math.isfinite(value):
        return value
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return value
