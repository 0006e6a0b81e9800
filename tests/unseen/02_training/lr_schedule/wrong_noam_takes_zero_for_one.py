"""`max(step, 1)` in noam, so that 0 has no negative power: step 0 has the learning rate of step 1."""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    if step >= total_steps:
        return float(min_lr)
    if step < warmup_steps:
        return max_lr * step / warmup_steps
    angle = math.pi * (step - warmup_steps) / (total_steps - warmup_steps)
    return min_lr + (max_lr - min_lr) * (1 + math.cos(angle)) / 2


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    step = max(step, 1)
    if warmup_steps == 0:
        return d_model**-0.5 * step**-0.5
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)
