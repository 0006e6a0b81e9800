"""Backpropagation by hand: the loss and four gradients, the corner of the ReLU, large logits, and no autograd."""

import pytest
import torch

from kata.grading import Case, between, exactly, integers, normal

# In half precision a hidden number near 0 has its sign by the order of a sum, and right answers part ways.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["autograd"], dtypes=["float32", "float64"])


def differentiate(impl, x, y, w1, b1, w2, b2):
    return impl.mlp_gradients(x, y, w1, b1, w2, b2)


def the_loss(impl, **inputs):
    return differentiate(impl, **inputs)[0]


def the_first_layer(impl, **inputs):
    return differentiate(impl, **inputs)[1:3]


def the_second_layer(impl, **inputs):
    return differentiate(impl, **inputs)[3:5]


def eighths(*shape):
    """Numbers that leave no rounding in their products and sums: whether a hidden number is above 0 is beyond doubt."""
    return integers(*shape, low=-6, high=7).map(divided_by_8)


def divided_by_8(numbers):
    return numbers.double() / 8


def whole(*shape, times=1):
    return integers(*shape, low=-2, high=3).map(multiplied, times)


def multiplied(numbers, times):
    return numbers.double() * times


def with_zeros_at_the_end(x):
    x[-1] = 0
    return x


def beginning_with_class_0(y):
    y[0] = 0
    return y


def with_the_least_for_class_0(w2):
    w2[0] = w2.min()
    return w2


def signs_apart(w2):
    return w2.abs() * torch.tensor([[1.0], [-1.0]])


def inputs(N, D, H, C):
    """Logits of one or two at most, and a class that no sample has.

    So neither a loss nor the gradients of a layer are what is left of larger numbers, where right answers part ways.
    """
    layers = {"w1": eighths(H, D), "b1": eighths(H), "w2": normal(C, H, std=0.4), "b2": normal(C, std=0.3)}
    return {"x": eighths(N, D), "y": integers(N, low=1, high=C), **layers}


def not_contiguous(N, D, H, C):
    """The same, with the axes of each matrix the other way round in memory."""
    matrices = {"x": eighths(D, N), "w1": eighths(D, H), "w2": normal(H, C, std=0.4)}
    return {**inputs(N, D, H, C), **{name: matrix.transposed() for name, matrix in matrices.items()}}


# No two are ever the same.
N, D, H, C = between(9, 10), between(7, 8), between(5, 6), between(3, 4)
USUAL = inputs(N, D, H, C)
SAME = between(6, 9)

# With so few numbers, it may happen that all of a gradient is little. float64 has digits to spare for that.
FEW = {"dtypes": ["float64"]}

CASES = [
    Case("the loss", the_loss, **USUAL),
    Case("the gradients of the second layer", the_second_layer, **USUAL),
    Case("the gradients of the first layer", the_first_layer, **USUAL),
    Case("all five", differentiate, **USUAL),
    Case("one sample", differentiate, **inputs(1, D, 9, C), **FEW),
    Case(
        "one feature, one hidden number, two classes",
        differentiate,
        **{**inputs(N, 1, 1, 2), "x": eighths(N, 1).map(torch.abs), "w2": normal(2, 1).map(signs_apart)},
        **FEW,
    ),
    Case("as many samples, features, hidden numbers and classes", differentiate, **inputs(SAME, SAME, SAME, SAME)),
    Case("not contiguous", differentiate, **not_contiguous(N, D, H, C)),
    Case(
        "hidden numbers of exactly 0",
        differentiate,
        **{**inputs(N, D, 5, C), "x": eighths(N, D).map(with_zeros_at_the_end), "b1": exactly([0.0] * 5)},
    ),
    Case("more classes than samples", differentiate, **inputs(between(3, 4), 2, between(11, 12), 9), recall=True),
]

# Whole numbers, so that no rounding decides. No two logits of a sample are nearer to each other than 20, and class 0,
# which a sample has, never has the largest.
LARGE = {
    "x": whole(N, D),
    "y": integers(N, high=5).map(beginning_with_class_0),
    "w1": whole(H, D),
    "b1": whole(H),
    "w2": whole(5, H, times=100).map(with_the_least_for_class_0),
    "b2": exactly([0.0, 20.0, 40.0, 60.0, 80.0]),
}


@pytest.mark.points(8)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
def test_large_logits(check):
    # Samples push a class up and down by 1/N each: what they leave of it may be a last bit.
    check.values(differentiate, Case("logits of some thousands", **LARGE, zeros=False))
