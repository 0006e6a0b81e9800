"""Softmax, along any axis and for numbers of any size."""

import pytest
import torch

from kata.grading import Case, between, hide_a_row, hide_some, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["softmax"])


def along(impl, x, dim):
    return impl.softmax(x, dim=dim)


def spread(x):
    # Far enough apart for one number to win, and another one in each row, so that no answer is right by always being the
    # same.
    rows, columns = x.shape
    return x + 2500.0 * ((torch.arange(columns) + torch.arange(rows)[:, None]) % columns)


R, C = between(2, 4), between(5, 8)
N = between(3, 6)

CASES = [
    Case("rows of a square", x=normal(N, N), dim=1),
    Case("the first axis", x=normal(between(4, 6), R), dim=0, edges=[{R: 1}]),
    Case("an axis in the middle", x=normal(R, between(3, 5), between(4, 6)), dim=-2),
    Case("not contiguous", x=normal(C, R).transposed(), dim=-1),
    Case("numbers up to 10 000", x=normal(R, between(3, 5)).map(spread), dim=-1),
    Case("numbers down to -10 000", x=normal(R, between(3, 5)).map(lambda x: -spread(x)), dim=-1),
    # Taking the largest from each number is exact, but log-sum-exp of 10 000 is rounded to 0.001 in float32.
    Case("numbers close to each other, at 10 000", x=normal(R, C, mean=1e4), dim=-1, edges=[{R: 1}, {C: 1}]),
    Case("entries of -inf", x=normal(R, C).map(hide_some), dim=-1),
    Case("a row of nothing but -inf", x=normal(R, C).map(hide_a_row), dim=-1),
    Case("the third of five axes", x=normal(2, 1, 4, 3, 2), dim=-3, recall=True),
    Case("one axis in all", x=normal(between(7, 9)), dim=0, recall=True),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(along, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(along, Case("gradients", x=normal(R, C).map(hide_some), dim=-1))


@pytest.mark.points(1)
def test_rows_do_not_influence_each_other(run, draw):
    x = draw(normal(R, C))
    before = run(along, x=x, dim=-1)
    x[1:] += 1e4
    after = run(along, x=x, dim=-1)
    assert torch.equal(before[0], after[0]), "a row's result changes when the numbers in another row do"


@pytest.mark.points(1)
def test_whole_numbers_are_refused(check):
    numbers = integers(R, C, high=9)
    check.raises(TypeError, along, Case("whole numbers", x=numbers, dim=-1))
    check.raises(TypeError, along, Case("whole numbers, uint8", x=numbers.map(torch.Tensor.byte), dim=-1))
