"""The product of matrices, by broadcasting and a sum."""

import pytest

from kata.grading import Case, between, normal

# Operators are listed by torch's names and by those of aten, which `@` ends in: mm, bmm, mv, dot.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["products"])


def multiply(impl, a, b):
    return impl.matmul(a, b)


N, M, K, B = between(2, 5), between(2, 5), between(2, 5), between(4, 6)
MANY = between(18, 24)

CASES = [
    Case("two matrices", a=normal(N, K), b=normal(K, M), edges=[{N: 1}, {N: 0}, {M: 1}, {K: 1}]),
    Case("square matrices", a=normal(N, N), b=normal(N, N)),
    Case("a row and a column", a=normal(1, K, mean=3.0), b=normal(K, 1, mean=3.0)),
    Case("batch axes (5, 1) and (4,), not contiguous", a=normal(5, 1, N, K), b=normal(4, M, K).transposed()),
    Case("a batch for `b` alone", a=normal(N, K), b=normal(B, K, M), edges=[{B: 1}, {B: 0}]),
    Case("three batch axes and two", a=normal(2, 1, 3, 4, 2), b=normal(3, 1, 2, 5), recall=True),
    Case("a column and a row", a=normal(between(6, 8), 1), b=normal(1, between(6, 8)), recall=True),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(multiply, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(multiply, Case("gradients", a=normal(2, 1, N, K), b=normal(3, K, M)))


@pytest.mark.points(2)
def test_no_loop(check):
    # The reference takes 4 operations. A loop takes at least 2 a turn, and here every axis has 18 or more.
    check.cost(multiply, Case("many products", a=normal(MANY, 18, 18), b=normal(MANY, 18, 18)), calls=8)


@pytest.mark.points(1)
@pytest.mark.parametrize("inner", [(3, 1), (1, 3)], ids=["3 and 1", "1 and 3"])
def test_unequal_inner_sizes_are_refused(check, inner):
    k, other = inner
    check.raises(ValueError, multiply, Case("refused", a=normal(N, k), b=normal(other, M)))
