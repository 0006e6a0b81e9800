"""Sliding-window attention: where the window begins and ends, and that nothing outside of it counts."""

import pytest
import torch

from kata.grading import Case, alternating, between, in_float64, integers, normal, starting_with, uniform

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, q, k, v, window):
    return impl.sliding_window_attention(q, k, v, window)


def every_third_is_large(k):
    return torch.where((torch.arange(len(k)) % 3 == 0).unsqueeze(1), 100.0, k)


def inputs(*batch, T, d=4, dv=3):
    return {"q": normal(*batch, T, d), "k": normal(*batch, T, d), "v": normal(*batch, T, dv)}


T, B, H, D = between(6, 8), between(2, 3), between(2, 3), between(3, 5)
WINDOW = between(2, 4)

CASES = [
    Case("a window of some tokens", **inputs(T=T, d=D), window=WINDOW, edges=[{T: 1}]),
    Case("a batch with heads", **inputs(B, H, T=T), window=WINDOW, edges=[{B: 1}]),
    Case("a window of 1", **inputs(T=T, d=D), window=1),
    Case("a window longer than the sequence", **inputs(T=T, d=D), window=T + between(1, 3)),
    Case(
        "not contiguous",
        q=normal(B, T, H, 4).transposed(1, 2),
        k=normal(B, T, H, 4).transposed(1, 2),
        v=normal(B, T, H, 3).transposed(1, 2),
        window=WINDOW,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=6), window=4, recall=True),
    Case("a window of 5 in 9 tokens, other widths", **inputs(T=9, d=6, dv=2), window=5, recall=True),
]

EXTREMES = [
    # Of two neighbouring keys one is large at most, so that which of them wins is never decided by rounding.
    Case(
        "the largest scores just outside of the window",
        q=uniform(T, 4, low=0.5, high=1.5),
        k=normal(T, 4).map(every_third_is_large),
        v=normal(T, 3),
        window=2,
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(5, 16, low=-2, high=3).map(starting_with(192, -192, 192, -192, 192)),
        k=integers(5, 16, low=-2, high=3).map(starting_with(256, 256, -256, -256, -256)),
        v=normal(5, D),
        window=3,
    ),
    # What is outside of the window has scores of 12 000 and more, what is inside around -12 000.
    Case(
        "scores around 12 000 outside of the window",
        q=integers(T, 16, low=-2, high=3).map(alternating(192)),
        k=integers(T, 16, low=-2, high=3).map(alternating(-256)),
        v=normal(T, 3),
        window=1,
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", EXTREMES, ids=str)
def test_large_scores(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64(CASES[:2]):
        check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(attend, Case("gradients", **inputs(T=T, d=D), window=WINDOW))
