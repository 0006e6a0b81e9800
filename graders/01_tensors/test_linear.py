"""The linear layer, on vectors along the last axis of anything."""

import pytest

from kata.grading import Case, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["linear"])


def apply(impl, x, weight, **bias):
    return impl.linear(x, weight, **bias)


CASES = [
    Case("a batch of vectors", x=normal(4, 3), weight=normal(2, 3), bias=normal(2)),
    Case("as many numbers out as in", x=normal(3, 3), weight=normal(3, 3), bias=normal(3)),
    Case("no bias", x=normal(4, 3), weight=normal(2, 3)),
    Case("a single vector", x=normal(3, mean=3.0), weight=normal(2, 3, mean=3.0), bias=normal(2)),
    Case("three axes, not contiguous", x=normal(4, 2, 3).transposed(0, 1), weight=normal(5, 3), bias=normal(5)),
    Case("four axes, one number out", x=normal(2, 1, 3, 4), weight=normal(1, 4), bias=normal(1)),
    Case("an axis of size 0", x=normal(2, 0, 3), weight=normal(2, 3), bias=normal(2)),
    Case("five axes", x=normal(2, 1, 3, 2, 5), weight=normal(7, 5), bias=normal(7), recall=True),
    Case("one number in, no bias", x=normal(6, 1), weight=normal(4, 1), recall=True),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(apply, case)


@pytest.mark.points(3)
def test_gradients(check):
    check.gradients(apply, Case("gradients", x=normal(2, 4, 3), weight=normal(2, 3), bias=normal(2)))
