"""Counts the steps of the warm-up from 1: step 0 has a learning rate already, and the last step of the warm-up the full one."""

import math


def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    if step < warmup_steps:
        return max_lr * (step + 1) / warmup_steps
    if step >= total_steps:
        return float(min_lr)
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


def noam(step, d_model, warmup_steps):
    if step == 0:
        return 0.0
    if warmup_steps == 0:
        return d_model**-0.5 * step**-0.5
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)
