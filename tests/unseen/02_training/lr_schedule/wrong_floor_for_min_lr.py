"""Lets the cosine go down to 0 and cuts it off at `min_lr`, where it should be stretched between the two."""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    if step >= total_steps:
        return float(min_lr)
    if step < warmup_steps:
        return max_lr * step / warmup_steps
    t = (step - warmup_steps) / (total_steps - warmup_steps)
    return max(min_lr, max_lr * 0.5 * (1 + math.cos(math.pi * t)))


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    if step <= 0:
        return 0.0
    rates = [step**-0.5]
    if warmup_steps > 0:
        rates.append(step * warmup_steps**-1.5)
    return min(rates) / math.sqrt(d_model)
