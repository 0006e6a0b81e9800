"""The sigmoid, with gradients, for numbers of any size."""

import pytest
import torch

from kata.grading import Case, between, normal, uniform

# `*expit` ends in aten's sigmoid, and x / silu(x) would be one in disguise.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["sigmoid"])


def squash(impl, x):
    return impl.sigmoid(x)


def both_signs(x):
    return torch.cat([x, -x])


A, N = between(2, 4), between(3, 9)

# One of each pair has an exponential that not even float64 can hold.
FAR_OUT = uniform(N, low=100.0, high=1e4).map(lambda x: both_signs(torch.cat([x, x.clamp(min=1e3)])))

VALUES = [
    Case("numbers from -10 to 10", x=normal(A, 4, N, std=4.0).transposed(), edges=[{A: 1}, {A: 0}]),
    Case("a single number without axes", x=normal().map(abs), fixed="a single number has no sizes"),
    Case("numbers as far out as 10 000", x=FAR_OUT),
    Case("small values beside large ones", x=uniform(between(6, 12), low=-50.0, high=5.0), tails=True),
    Case("numbers on five axes", x=normal(2, 1, 3, 2, 2, std=4.0), recall=True),
]

GRADIENTS = [
    # In half precision, σ (1 - σ), which torch's own takes, is off by as much as σ is rounded, and says little of a slope.
    Case("numbers from -10 to 10", dtypes=["float32", "float64"], x=normal(N, between(6, 9), std=4.0)),
    Case("zero", x=normal(N).map(torch.zeros_like)),
    Case("numbers as far out as 10 000", x=FAR_OUT.map(lambda x: torch.cat([x, torch.ones(1)]))),
    # It ends at 65 504, while the others can hold even exp(88).
    Case(
        "numbers whose exponential float16 cannot hold",
        dtypes=["float16"],
        x=uniform(N, low=19.0, high=20.0).map(both_signs),
    ),
    Case("numbers on four axes", dtypes=["float32", "float64"], x=normal(3, 1, 2, 5, std=4.0), recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", VALUES, ids=str)
def test_values(check, case):
    check.values(squash, case)


@pytest.mark.points(6)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(squash, case)
