"""The sinusoidal position encoding."""

import pytest

from kata.grading import Case

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def encode(impl, **arguments):
    return impl.sinusoidal_encoding(**arguments)


CASES = [
    Case("five positions", length=5, d_model=8),
    Case("two numbers a position", length=5, d_model=2),
    Case("another base", length=5, d_model=6, base=50.0),
    Case("seven positions, a width of 12", length=7, d_model=12, recall=True),
    Case("one position, another base", length=1, d_model=4, base=100.0, recall=True),
]

FAR = Case("up to position 10 000", length=10_001, d_model=6)
ODD = Case("an odd width", length=3, d_model=5)


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
def test_positions_up_to_10_000(check):
    check.values(encode, FAR)


@pytest.mark.points(1)
def test_an_odd_width_is_refused(check):
    check.raises(ValueError, encode, ODD)
