"""(1 + cos a) / 2 is cos²(a / 2); and noam is t / max(t, w)^1.5, which needs no minimum."""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    if step >= total_steps:
        return float(min_lr)
    if step < warmup_steps:
        return float(max_lr) * step / warmup_steps
    left = math.sin(math.pi / 2 * (total_steps - step) / (total_steps - warmup_steps)) ** 2
    return left * max_lr + (1 - left) * min_lr


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    return step / max(step, warmup_steps, 1) ** 1.5 / math.sqrt(d_model)
