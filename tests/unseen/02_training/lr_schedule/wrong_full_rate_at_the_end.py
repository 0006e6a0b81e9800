"""`max(1, T - w)` against a division by zero: with a warm-up to the very end, step T has `max_lr` and not `min_lr`."""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    if step < warmup_steps:
        return max_lr * step / max(1, warmup_steps)
    progress = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    progress = min(progress, 1.0)
    return min_lr + 0.5 * (max_lr - min_lr) * (1.0 + math.cos(math.pi * progress))


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    if step == 0:
        return 0.0
    if warmup_steps == 0:
        return d_model**-0.5 * step**-0.5
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)
