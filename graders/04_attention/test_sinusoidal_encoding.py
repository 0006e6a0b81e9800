"""The sinusoidal position encoding."""

import pytest

from kata.grading import Case, between

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def encode(impl, **arguments):
    return impl.sinusoidal_encoding(**arguments)


T, HALF = between(2, 40), between(2, 12)

CASES = [
    Case("some positions", length=T, d_model=2 * HALF, edges=[{T: 1}]),
    Case("two numbers a position", length=T, d_model=2),
    Case("another base", length=T, d_model=2 * HALF, base=between(20.0, 200.0)),
    Case("57 positions, a width of 32", length=57, d_model=32, recall=True),
    Case("one position, another base", length=1, d_model=4, base=100.0, recall=True),
]

FAR = Case("up to position 10 000", length=between(10_001, 10_200), d_model=6)
ODD = Case("an odd width", length=T, d_model=2 * HALF + 1)


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
