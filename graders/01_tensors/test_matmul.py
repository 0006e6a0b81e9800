"""The product of matrices, by broadcasting and a sum."""

import pytest

from kata.grading import Case, normal

# Operators are listed by torch's names and by those of aten, which `@` ends in: mm, bmm, mv, dot.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["products"])


def multiply(impl, a, b):
    return impl.matmul(a, b)


CASES = [
    Case("two matrices", a=normal(2, 3), b=normal(3, 4)),
    Case("square matrices", a=normal(3, 3), b=normal(3, 3)),
    Case("a row and a column", a=normal(1, 3, mean=3.0), b=normal(3, 1, mean=3.0)),
    Case("batch axes (5, 1) and (4,), not contiguous", a=normal(5, 1, 2, 3), b=normal(4, 2, 3).transposed()),
    Case("a batch for `b` alone", a=normal(2, 3), b=normal(4, 3, 2)),
    Case("three batch axes and two", a=normal(2, 1, 3, 4, 2), b=normal(3, 1, 2, 5), recall=True),
    Case("a column and a row", a=normal(5, 1), b=normal(1, 6), recall=True),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(multiply, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(multiply, Case("gradients", a=normal(2, 1, 3, 2), b=normal(3, 2, 2)))


@pytest.mark.points(2)
def test_no_loop(check):
    # The reference takes 4 operations. A loop takes at least 2 a turn, and here every axis has 18.
    check.cost(multiply, Case("18 products of 18 x 18", a=normal(18, 18, 18), b=normal(18, 18, 18)), calls=8)


@pytest.mark.points(1)
@pytest.mark.parametrize("inner", [(3, 1), (1, 3)], ids=["3 and 1", "1 and 3"])
def test_unequal_inner_sizes_are_refused(check, inner):
    k, other = inner
    check.raises(ValueError, multiply, Case("refused", a=normal(2, k), b=normal(other, 4)))
