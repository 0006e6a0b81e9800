"""The backward pass of attention: the three gradients, masks, large scores, and no autograd."""

import pytest

from kata.grading import (
    Case,
    coin,
    exactly,
    integers,
    large_at_the_end,
    normal,
    nothing_for_the_second,
    starting_with,
    uniform,
)

# Every way into autograd leads through one of these. In half precision the differences in dS are mostly rounding, and
# right answers part ways.
pytestmark = pytest.mark.exercise(
    points=10,
    seconds=2,
    forbids=["attention", "autograd"],
    dtypes=["float32", "float64"],
)


def differentiate(impl, grad_out, q, k, v, mask=None):
    return impl.attention_backward(grad_out, q, k, v, mask=mask)


def inputs(*batch, T, S):
    shapes = {"grad_out": (T, 3), "q": (T, 4), "k": (S, 4), "v": (S, 3)}
    return {name: normal(*batch, *shape) for name, shape in shapes.items()}


CASES = [
    Case("one sequence", **inputs(T=5, S=7)),
    Case("a batch with heads", **inputs(2, 3, T=3, S=4)),
    Case("not contiguous", **{name: x.transposed(1, 2) for name, x in inputs(2, 4, T=3, S=3).items()}),
    # Small whole numbers and a scale of 1/2: in float32 the scores are exact, in whatever order they are computed. Not 20
    # and 20: the first number of dq is 0, and would have a rounding of 0 times what the keys begin with.
    Case(
        "scores around 200",
        grad_out=normal(5, 3),
        q=integers(5, 4, low=-2, high=3).map(starting_with(200)),
        k=integers(7, 4, low=-2, high=3).map(starting_with(2)),
        v=normal(7, 3),
        zeros=False,  # a softmax of all or nothing: the gradient of its scores is what two equal numbers leave
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=4, S=2), recall=True),
]

MASKED = [
    Case("one mask for all heads", **inputs(2, 2, T=4, S=5), mask=coin(4, 5)),
    Case("padding, a mask for each sequence", **inputs(2, 2, T=4, S=5), mask=coin(2, 1, 1, 5)),
    Case("a query that may attend to nothing", **inputs(T=4, S=5), mask=coin(4, 5).map(nothing_for_the_second)),
    Case(
        "hidden keys with the largest scores",
        grad_out=normal(5, 3),
        q=uniform(5, 4, low=0.5, high=1.5),
        k=normal(7, 4).map(large_at_the_end),
        v=normal(7, 3),
        mask=exactly([[True] * 5 + [False] * 2]),
    ),
    Case("a mask for each head", **inputs(3, 2, T=3, S=6), mask=coin(2, 3, 6), recall=True),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(differentiate, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(differentiate, case)
