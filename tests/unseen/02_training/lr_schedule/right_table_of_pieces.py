"""Finds the piece by bisection in the list of the borders, and turns a complex number for the cosine."""

import cmath
from bisect import bisect_right


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    pieces = [
        lambda: max_lr * (step / warmup_steps),
        lambda: (
            (max_lr + min_lr) / 2
            + (max_lr - min_lr)
            / 2
            * cmath.exp(1j * cmath.pi * (step - warmup_steps) / (total_steps - warmup_steps)).real
        ),
        lambda: min_lr,
    ]
    return float(pieces[bisect_right([warmup_steps, total_steps], step)]())


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    rising = step * warmup_steps**-1.5 if warmup_steps else float("inf")
    falling = step**-0.5 if step else 0.0
    return float(min(rising, falling) * d_model**-0.5)
