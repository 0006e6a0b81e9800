"""At step 0 noam gives the int 0, where a float is promised."""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    if step < warmup_steps:
        return max_lr * (step / warmup_steps)
    elif step < total_steps:
        cosine = math.cos(math.pi * (step - warmup_steps) / (total_steps - warmup_steps))
        return min_lr + 0.5 * (max_lr - min_lr) * (1 + cosine)
    else:
        return float(min_lr)


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    if step == 0:
        return 0
    lr = step**-0.5
    if warmup_steps > 0:
        lr = min(lr, step * warmup_steps**-1.5)
    return lr * d_model**-0.5
