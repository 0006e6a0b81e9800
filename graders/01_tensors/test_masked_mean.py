"""The masked mean, over any axes, whatever is hidden."""

import math

import pytest
import torch

from kata.grading import Case, coin, exactly, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def average(impl, x, mask, **dim):
    return impl.masked_mean(x, mask, **dim)


def numbers(*shape):
    # All but never around 0: in half precision, what is left of a sum that cancels is rounding alone.
    return normal(*shape, mean=3.0)


UNEVEN = [[True, True, True, False], [True, False, False, False], [False, True, True, False]]
EMPTY_ROW = [[True, False, True, True], [False, False, False, False], [False, True, False, False]]
TOKENS = [[[True], [True], [False]], [[True], [False], [False]]]


def hiding(mask, counted=()):
    """A tensor for this mask: NaN, infinity and NaN again where it is false, and at these places where it is true."""

    def spoil(x):
        hidden = ~torch.tensor(mask)
        x[hidden] = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).repeat(len(x))[: int(hidden.sum())]
        for place in counted:
            x[place] = math.nan
        return x

    return numbers(3, 4).map(spoil)


CASES = [
    Case("no axis given, rows of unequal length", x=numbers(3, 4), mask=exactly(UNEVEN)),
    Case("the first axis", x=numbers(3, 4), mask=exactly(UNEVEN), dim=0),
    Case("NaN and infinity are hidden", x=hiding(UNEVEN), mask=exactly(UNEVEN), dim=-1),
    Case("a NaN that counts", x=hiding(UNEVEN, counted=[(0, 1)]), mask=exactly(UNEVEN), dim=1),
    Case("a row of which nothing counts", x=numbers(3, 4), mask=exactly(EMPTY_ROW), dim=1),
    Case("nothing counts at all", x=numbers(2, 3), mask=exactly([[False] * 3] * 2)),
    Case("a mask of tokens, two axes", x=numbers(2, 3, 4), mask=exactly(TOKENS), dim=(1, -1)),
    # Once axis 2 is gone, -2 is another axis than before.
    Case("two axes, counted from both ends", x=numbers(2, 3, 4), mask=exactly([UNEVEN, EMPTY_ROW]), dim=(2, -2)),
    Case("one mask for every row", x=numbers(3, 4), mask=exactly([True, False, True, True]), dim=0),
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
    check.gradients(average, Case("gradients", x=hiding(EMPTY_ROW), mask=exactly(EMPTY_ROW), dim=1))
