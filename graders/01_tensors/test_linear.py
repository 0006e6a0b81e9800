"""The linear layer, on vectors along the last axis of anything."""

import pytest
import torch

from kata.grading import Case, between, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["linear"])


def apply(impl, x, weight, **bias):
    return impl.linear(x, weight, **bias)


A, N, OUT = between(2, 5), between(2, 5), between(2, 5)

CASES = [
    Case("a batch of vectors", x=normal(A, N), weight=normal(OUT, N), bias=normal(OUT), edges=[{A: 1}, {A: 0}, {N: 1}]),
    Case("as many numbers out as in", x=normal(N, N), weight=normal(N, N), bias=normal(N), edges=[{"bias": None}]),
    Case("no bias", x=normal(A, N), weight=normal(OUT, N), edges=[{"bias": normal(OUT)}]),
    Case("a single vector", x=normal(N, mean=3.0), weight=normal(OUT, N, mean=3.0), bias=normal(OUT)),
    Case("three axes, not contiguous", x=normal(A, 2, N).transposed(0, 1), weight=normal(OUT, N), bias=normal(OUT)),
    Case("four axes, one number out", x=normal(A, 1, 3, N), weight=normal(1, N), bias=normal(1)),
    Case("an axis of size 0", x=normal(A, 0, N), weight=normal(OUT, N), bias=normal(OUT)),
    Case("five axes", x=normal(2, 1, 3, 2, 5), weight=normal(7, 5), bias=normal(7), recall=True),
    Case("one number in, no bias", x=normal(6, 1), weight=normal(4, 1), recall=True),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(apply, case)


@pytest.mark.points(3)
def test_gradients(check):
    zero = {"bias": normal(OUT).map(torch.zeros_like)}
    inputs = {"x": normal(2, A, N), "weight": normal(OUT, N), "bias": normal(OUT)}
    check.gradients(apply, Case("gradients", **inputs, edges=[{A: 1}, zero]))
