"""The backward pass of attention: the three gradients, masks, large scores, and no autograd."""

import pytest
import torch

from kata.grading import (
    Case,
    alternating,
    between,
    coin,
    first_five,
    in_float64,
    integers,
    large_at_the_end,
    normal,
    nothing_for_the_second,
    starting_with,
    those_of_other_sign,
    uniform,
)

# Every way into autograd leads through one of these. In half precision the differences in dS are mostly rounding, and
# right answers part ways. float64 has a test of its own: who computes the softmax in float32 loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention", "autograd"], dtypes=["float32"])


def differentiate(impl, grad_out, q, k, v, mask=None):
    return impl.attention_backward(grad_out, q, k, v, mask=mask)


def inputs(*batch, T, S):
    shapes = {"grad_out": (T, 3), "q": (T, 4), "k": (S, 4), "v": (S, 3)}
    return {name: normal(*batch, *shape) for name, shape in shapes.items()}


T, S, B, H = between(3, 5), between(6, 8), between(2, 3), between(2, 3)

CASES = [
    Case("one sequence", **inputs(T=T, S=S), edges=[{T: 1}, {S: 1}]),
    Case("a batch with heads", **inputs(B, H, T=T, S=S), edges=[{B: 1}]),
    Case("not contiguous", **{name: x.transposed(1, 2) for name, x in inputs(B, 4, T=T, S=T).items()}),
    # Small whole numbers and a scale of 1/2: in float32 the scores are exact, in whatever order they are computed. Not 20
    # and 20: the first number of dq is 0, and would have a rounding of 0 times what the keys begin with.
    Case(
        "scores around 200",
        grad_out=normal(T, 3),
        q=integers(T, 4, low=-2, high=3).map(starting_with(200)),
        k=integers(S, 4, low=-2, high=3).map(starting_with(2)),
        v=normal(S, 3),
        zeros=False,  # a softmax of all or nothing: the gradient of its scores is what two equal numbers leave
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=4, S=2), recall=True),
]

NONE = {"mask": coin(T, S).map(torch.zeros_like)}
MASKED = [
    Case("one mask for all heads", **inputs(B, H, T=T, S=S), mask=coin(T, S), edges=[{"mask": None}, {B: 1}]),
    Case("padding, a mask for each sequence", **inputs(B, H, T=T, S=S), mask=coin(B, 1, 1, S), edges=[{B: 1}]),
    Case(
        "a query that may attend to nothing",
        **inputs(T=T, S=S),
        mask=coin(T, S).map(nothing_for_the_second),
        edges=[NONE],
    ),
    Case(
        "hidden keys with the largest scores",
        grad_out=normal(T, 3),
        q=uniform(T, 4, low=0.5, high=1.5),
        k=normal(S, 4).map(large_at_the_end),
        v=normal(S, 3),
        mask=S.map(first_five),
    ),
    # Keys that begin with 2, and so exact as above. Setting hidden scores to -10 000, or lowering them so, hides nothing.
    Case(
        "hidden scores around 12 000, the others around -12 000",
        grad_out=normal(T, 3),
        q=integers(T, 4, low=-2, high=3).map(alternating(12_288)),
        k=integers(S, 4, low=-2, high=3).map(alternating(2)),
        v=normal(S, 3),
        mask=T.map(those_of_other_sign, S),
        zeros=False,
    ),
    Case(
        "hidden scores around 20 000",
        grad_out=normal(T, 3),
        q=uniform(T, 4, low=0.5, high=1.5),
        k=normal(S, 4).map(lambda k: torch.cat([k[:5], k[5:].abs() + 20_000.0])),
        v=normal(S, 3),
        mask=S.map(first_five),
    ),
    Case("a mask for each head", **inputs(3, 2, T=2, S=4), mask=coin(2, 2, 4), recall=True),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(differentiate, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(differentiate, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(differentiate, case)
