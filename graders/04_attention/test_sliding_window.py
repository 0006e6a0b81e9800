"""Sliding-window attention: where the window begins and ends, and that nothing outside of it counts."""

import pytest
import torch

from kata.grading import Case, integers, normal, starting_with, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention"])


def attend(impl, q, k, v, window):
    return impl.sliding_window_attention(q, k, v, window)


def every_third_is_large(k):
    return torch.where((torch.arange(len(k)) % 3 == 0).unsqueeze(1), 100.0, k)


def inputs(*batch, T=7):
    return {"q": normal(*batch, T, 4), "k": normal(*batch, T, 4), "v": normal(*batch, T, 3)}


CASES = [
    Case("a window of 3 in 7 tokens", **inputs(), window=3),
    Case("a batch with heads", **inputs(2, 3, T=4), window=2),
    Case("a window of 1", **inputs(), window=1),
    Case("a window longer than the sequence", **inputs(T=5), window=9),
    Case(
        "not contiguous",
        q=normal(2, 5, 3, 4).transposed(1, 2),
        k=normal(2, 5, 3, 4).transposed(1, 2),
        v=normal(2, 5, 3, 3).transposed(1, 2),
        window=2,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=6), window=4, recall=True),
    Case(
        "a window of 5 in 9 tokens, other widths", q=normal(9, 6), k=normal(9, 6), v=normal(9, 2), window=5, recall=True
    ),
]

EXTREMES = [
    # Of two neighbouring keys one is large at most, so that which of them wins is never decided by rounding.
    Case(
        "the largest scores just outside of the window",
        q=uniform(7, 4, low=0.5, high=1.5),
        k=normal(7, 4).map(every_third_is_large),
        v=normal(7, 3),
        window=2,
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(5, 16, low=-2, high=3).map(starting_with(192, -192, 192, -192, 192)),
        k=integers(5, 16, low=-2, high=3).map(starting_with(256, 256, -256, -256, -256)),
        v=normal(5, 3),
        window=3,
    ),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", EXTREMES, ids=str)
def test_large_scores(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(attend, Case("gradients", **inputs(), window=3))
