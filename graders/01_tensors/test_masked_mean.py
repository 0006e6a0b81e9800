"""The masked mean, over any axes, whatever is hidden."""

import math

import pytest
import torch

from kata.grading import Case, between, coin, normal, once, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def average(impl, x, mask, **dim):
    return impl.masked_mean(x, mask, **dim)


def numbers(*shape):
    # All but never around 0: in half precision, what is left of a sum that cancels is rounding alone.
    return normal(*shape, mean=3.0)


def uneven(x):
    # In turn three, one and two of a row count: a mean of the rows' means is another number than the mean of all.
    counts = torch.tensor([3, 1, 2])[torch.arange(x.shape[-2]) % 3]
    return x.argsort(-1).argsort(-1) < counts[:, None]


def nothing_in_the_second(mask):
    return mask.index_fill(-2, torch.tensor(1), False)


def spoil(x, mask):
    """NaN, infinity and NaN again where the mask is false."""
    odd = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).repeat(x.numel())
    return x.masked_scatter(~mask, odd)


def spoil_one_that_counts(x, mask):
    x[0, mask[0].int().argmax()] = math.nan
    return spoil(x, mask)


R, C = between(3, 5), between(4, 6)
UNEVEN = once(uniform(R, C).map(uneven))
EMPTY_ROW = once(UNEVEN.map(nothing_in_the_second))
ONE, NONE = [{R: 1}, {R: 0}], {"mask": coin(R, C).map(torch.zeros_like)}

CASES = [
    Case("no axis given, rows of unequal length", x=numbers(R, C), mask=UNEVEN, edges=[NONE]),
    Case("the first axis", x=numbers(R, C), mask=UNEVEN, dim=0, edges=ONE),
    Case("NaN and infinity are hidden", x=numbers(R, C).map(spoil, UNEVEN), mask=UNEVEN, dim=-1, edges=ONE),
    Case("a NaN that counts", x=numbers(R, C).map(spoil_one_that_counts, UNEVEN), mask=UNEVEN, dim=1),
    Case("a row of which nothing counts", x=numbers(R, C), mask=EMPTY_ROW, dim=1),
    Case("nothing counts at all", x=numbers(R, C), mask=coin(R, C).map(torch.zeros_like)),
    Case(
        "a mask of tokens, two axes",
        x=numbers(R, C, 4),
        mask=uniform(R, C).map(lambda x: uneven(x)[..., None]),
        dim=(1, -1),
        edges=ONE,
    ),
    # Once axis 2 is gone, -2 is another axis than before.
    Case(
        "two axes, counted from both ends",
        x=numbers(2, R, C),
        mask=uniform(2, R, C).map(lambda x: nothing_in_the_second(uneven(x))),
        dim=(2, -2),
    ),
    Case("one mask for every row", x=numbers(R, C), mask=coin(C), dim=0),
    Case(
        "the second and the last of four axes", x=numbers(2, 3, 2, 4), mask=coin(2, 1, 2, 4), dim=(1, -1), recall=True
    ),
    Case("one axis in all", x=numbers(7), mask=coin(7), dim=0, recall=True),
]


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(average, case)


@pytest.mark.points(3)
def test_gradients(check):
    check.gradients(average, Case("gradients", x=numbers(R, C).map(spoil, EMPTY_ROW), mask=EMPTY_ROW, dim=1))
