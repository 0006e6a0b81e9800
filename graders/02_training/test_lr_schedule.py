"""Learning rate schedules: each as a whole, from its first step to beyond its last, and where parts of it are missing."""

import pytest

from kata.grading import Case, between

# There are no tensors: a second dtype would ask for the same numbers again.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float64"])


def cosine(impl, total_steps, **options):
    """Every step, and a few after the last one."""
    beyond = [*range(total_steps + 3), 2 * total_steps + 1, 10 * total_steps + 7]
    return [impl.warmup_cosine(step, total_steps=total_steps, **options) for step in beyond]


def noam(impl, first, steps, d_model, warmup_steps, later=(1000, 1_000_000)):
    return [impl.noam(step, d_model, warmup_steps) for step in [*range(first, first + steps), *later]]


HIGH, LOW = between(0.5, 2.0), between(0.01, 0.2)
WARMUP, MORE, WIDTH = between(3, 7), between(4, 9), between(8, 1024)

COSINES = [
    Case("warm-up, then down", max_lr=HIGH, min_lr=LOW, warmup_steps=WARMUP, total_steps=WARMUP + MORE),
    Case("down to 0", max_lr=HIGH, min_lr=0.0, warmup_steps=WARMUP, total_steps=WARMUP + MORE),
    # Near the end without the smallest rate less than it would be left: who cuts off there is told from who forgets it.
    Case("one step of warm-up", max_lr=HIGH, min_lr=between(0.1, 0.2), warmup_steps=1, total_steps=between(9, 12)),
    Case(
        "a long warm-up, and a longer way down",
        max_lr=HIGH,
        min_lr=LOW,
        warmup_steps=between(10, 14),
        total_steps=between(20, 30),
        recall=True,
    ),
]

EDGES = [
    Case("no warm-up", max_lr=HIGH, min_lr=LOW, warmup_steps=0, total_steps=MORE),
    Case("nothing but warm-up", max_lr=HIGH, min_lr=LOW, warmup_steps=WARMUP, total_steps=WARMUP),
    Case("nothing to train", max_lr=HIGH, min_lr=LOW, warmup_steps=0, total_steps=0),
]

NOAMS = [
    Case("up, then down", first=1, steps=2 * WARMUP, d_model=WIDTH, warmup_steps=WARMUP),
    Case("the warm-up of the paper", first=between(3997, 3999), steps=6, d_model=512, warmup_steps=4000),
    Case(
        "a long warm-up",
        first=between(15, 20),
        steps=5,
        d_model=between(2, 7),
        warmup_steps=between(16, 24),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", COSINES, ids=str)
def test_cosine(check, case):
    check.values(cosine, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", EDGES, ids=str)
def test_cosine_without_one_of_its_parts(check, case):
    check.values(cosine, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", NOAMS, ids=str)
def test_noam(check, case):
    check.values(noam, case)


@pytest.mark.points(1)
def test_noam_at_step_0(check):
    check.values(noam, Case("step 0", first=0, steps=1, d_model=WIDTH, warmup_steps=WARMUP))
    check.values(noam, Case("step 0, no warm-up", first=0, steps=1, later=(), d_model=WIDTH, warmup_steps=0))


@pytest.mark.points(1)
def test_noam_without_warm_up(check):
    check.values(noam, Case("no warm-up", first=1, steps=WARMUP, d_model=WIDTH, warmup_steps=0))
