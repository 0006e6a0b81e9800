"""Squared error and binary cross-entropy: reductions, weights, and logits of any size."""

import pytest
import torch

from kata.grading import Case, between, choice, exactly, integers, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["losses"])


def squared(impl, pred, target, **reduction):
    return impl.mse_loss(pred, target, **reduction)


def binary(impl, logits, target, **pos_weight):
    return impl.bce_with_logits(logits, target, **pos_weight)


def labels(*shape):
    """No and yes, as 0 and 1."""
    return integers(*shape, high=2).map(torch.Tensor.double)


def with_zeros(logits):
    """Each second logit is 0."""
    return logits * (torch.arange(logits.shape[-1]) % 2)


def beside(x, times):
    """So often beside itself."""
    return torch.cat([x] * times, dim=-1)


# N is never 1, C is never N.
N, T, C, MANY = between(2, 4), between(2, 3), between(5, 9), between(3, 40)

SQUARED = [
    Case("the mean over a matrix", pred=normal(N, C), target=normal(N, C)),
    Case("the sum", pred=normal(N, C), target=normal(N, C), reduction="sum"),
    Case("each number of three axes", pred=normal(N, T, C), target=normal(N, T, C), reduction="none"),
    Case("two numbers without axes", pred=normal(), target=normal(), fixed="a number has no sizes"),
    Case("the mean of nothing", pred=normal(0, MANY), target=normal(0, MANY)),
    Case("the sum of nothing", pred=normal(MANY, 0), target=normal(MANY, 0), reduction="sum"),
    Case("five axes", pred=normal(2, 1, 3, N, 2), target=normal(2, 1, 3, N, 2), recall=True),
    Case("many numbers, each", pred=normal(40 + N), target=normal(40 + N), reduction="none", recall=True),
]

WEIGHT = between(2.0, 5.0)

BINARY = [
    Case("yes and no", logits=normal(N, C, std=2.0), target=labels(N, C)),
    Case("soft targets", logits=normal(N, T, C, std=2.0), target=uniform(N, T, C)),
    Case("one weight for all", logits=normal(C, std=2.0), target=labels(C), pos_weight=exactly(WEIGHT)),
    Case(
        "a weight for each column",
        logits=normal(N, C, std=2.0),
        target=uniform(N, C),
        pos_weight=uniform(C, low=0.2, high=5.0),
    ),
    Case(
        "as many columns as rows",
        logits=normal(T, N, N, std=2.0),
        target=labels(T, N, N),
        pos_weight=uniform(N, low=0.2, high=5.0),
    ),
    # Of a soft target the gradient may be what is left of two numbers that are nearly equal: in half precision, nothing.
    Case("one logit without axes", logits=normal(), target=labels(), fixed="a number has no sizes"),
    Case("the mean of nothing", logits=normal(0, MANY), target=uniform(0, MANY)),
    Case(
        "weights of four columns",
        logits=normal(3, 2, 8 + N, 4),
        target=uniform(3, 2, 8 + N, 4),
        pos_weight=uniform(4, low=0.2, high=5.0),
        recall=True,
    ),
]

BIG, HUGE = between(5e3, 7e3), between(8e3, 1e4)

EXTREME = [
    Case(
        "some right and some wrong",
        logits=exactly([[BIG, -HUGE], [-BIG, HUGE]]).map(beside, N),
        target=exactly([[1.0, 1.0], [0.0, 0.0]]).map(beside, N),
    ),
    Case(
        "with a weight",
        logits=exactly([-HUGE, -BIG, BIG]).map(beside, N),
        target=exactly([1.0, 0.0, 0.0]).map(beside, N),
        pos_weight=exactly(between(1.5, 2.5)),
    ),
]

# The smallest logit is the only one that counts, and float16 has no digits left for its loss.
SMALL = Case(
    "right and sure",
    dtypes=["float32", "float64"],
    logits=uniform(C, low=13.0, high=20.0),
    target=uniform(C).map(torch.ones_like),
)

ZEROS = Case("logits of 0", logits=normal(N, C).map(with_zeros), target=uniform(N, C))

REFUSED = [
    Case("a column and a row", squared, pred=normal(C, 1), target=normal(C)),
    Case("as many numbers in another shape", squared, pred=normal(N, C), target=normal(C, N)),
    Case("one target for all", squared, pred=normal(N, C), target=normal()),
    Case("logits in a column", binary, logits=normal(C, 1), target=labels(C)),
    Case("one target for each column", binary, logits=normal(N, C), target=labels(C)),
    Case("a reduction by another name", squared, pred=normal(N), target=normal(N), reduction=choice("average", "Mean")),
    Case("a reduction that there is not", squared, pred=normal(N), target=normal(N), reduction=choice("total", "sums")),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SQUARED, ids=str)
def test_squared_error(check, case):
    check.gradients(squared, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", BINARY, ids=str)
def test_binary_cross_entropy(check, case):
    check.gradients(binary, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EXTREME, ids=str)
def test_logits_of_thousands(check, case):
    check.gradients(binary, case)


@pytest.mark.points(1)
def test_small_losses(check):
    check.values(binary, SMALL)


@pytest.mark.points(1)
def test_gradients_at_0(check):
    check.gradients(binary, ZEROS)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_other_shapes_and_reductions_are_refused(check, case):
    check.raises(ValueError, case.scenario, case)
