"""The sigmoid, with gradients, for numbers of any size."""

import pytest

from kata.grading import Case, between, exactly, normal, uniform

# `*expit` ends in aten's sigmoid, and x / silu(x) would be one in disguise.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["sigmoid"])


def squash(impl, x):
    return impl.sigmoid(x)


FAR_OUT = [-1e4, -1e3, -100.0, 100.0, 1e3, 1e4]

VALUES = [
    Case("numbers from -10 to 10", x=normal(2, 4, 3, std=4.0).transposed()),
    Case("a single number without axes", x=normal().map(abs)),
    Case("numbers as far out as 10 000", x=exactly(FAR_OUT)),
    Case("small values beside large ones", x=uniform(between(6, 12), low=-50.0, high=5.0), tails=True),
    Case("numbers on five axes", x=normal(2, 1, 3, 2, 2, std=4.0), recall=True),
]

GRADIENTS = [
    # In half precision, σ (1 - σ), which torch's own takes, is off by as much as σ is rounded, and says little of a slope.
    Case("numbers from -10 to 10", dtypes=["float32", "float64"], x=normal(6, 8, std=4.0)),
    Case("zero", x=exactly([0.0, 0.0])),
    Case("numbers as far out as 10 000", x=exactly([*FAR_OUT, 1.0])),
    # It ends at 65 504, while the others can hold even exp(88).
    Case("numbers whose exponential float16 cannot hold", dtypes=["float16"], x=exactly([-20.0, 20.0])),
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
