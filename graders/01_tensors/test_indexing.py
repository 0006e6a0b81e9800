"""One-hot vectors, and picking one entry of each row."""

import math

import pytest
import torch

from kata.grading import Case, between, exactly, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["one_hot"])


def encode(impl, labels, num_classes):
    return impl.one_hot(labels, num_classes)


def choose(impl, x, index):
    return impl.pick(x, index)


def with_nan_and_inf(x):
    # In the row 0 beside column 2, in row 1 beside column 0.
    x[0, :2], x[1, 1:3] = math.nan, torch.tensor([math.inf, -math.inf])
    return x


def starting(*labels):
    """Labels that start with these."""
    return lambda index: torch.cat([torch.tensor(labels), index])


R, C = between(2, 4), between(5, 30)

# No floating-point numbers are in a case of labels, so one run is all of them.
ONE_HOT = [
    Case(
        "two axes, int32",
        dtypes=["float32"],
        labels=integers(R, 3, high=C).map(torch.Tensor.int),
        num_classes=C + 2,
        edges=[{R: 1}, {R: 0}],
    ),
    Case("a label without axes", dtypes=["float32"], labels=integers(high=C), num_classes=C),
    Case("no labels, but two rows of them", dtypes=["float32"], labels=integers(2, 0, high=C), num_classes=C),
    Case(
        "300 classes, uint8",
        dtypes=["float32"],
        labels=integers(R, high=256).map(starting(7, 200)).map(torch.Tensor.byte),
        num_classes=300,
    ),
    Case("labels on four axes", dtypes=["float32"], labels=integers(2, 1, 3, 2, high=5), num_classes=5, recall=True),
]

# There are at least as many rows as columns: what takes an index for that of a row goes wrong, but stays inside.
PICK = [
    Case("more rows than columns", x=normal(C, R), index=integers(C, high=R), edges=[{C: 1}]),
    Case(
        "beside NaN and infinity",
        x=normal(C, 3).map(with_nan_and_inf),
        index=integers(C - 2, high=3).map(starting(2, 0)),
    ),
    Case(
        "whole numbers, by uint8",
        x=integers(C, 3, high=99).map(torch.Tensor.int),
        index=integers(C, high=3).map(torch.Tensor.byte),
    ),
    Case(
        "300 columns, by uint8",
        x=normal(R + 2, 300),
        index=integers(R, high=256).map(starting(50, 255)).map(torch.Tensor.byte),
    ),
    Case("no rows", x=normal(0, C), index=integers(0, high=C)),
    Case("nine rows of two", x=normal(9, 2), index=integers(9, high=2), recall=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", ONE_HOT, ids=str)
def test_one_hot(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("label", [C, C + 5, -1], ids=["one too large", "far too large", "negative"])
def test_labels_outside_are_refused(check, label):
    check.raises(ValueError, encode, Case("refused", labels=exactly([0, label, C - 1]), num_classes=C))


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PICK, ids=str)
def test_pick(check, case):
    check.values(choose, case)


@pytest.mark.points(1)
def test_pick_gradients(check):
    check.gradients(choose, Case("gradients", x=normal(C, 3), index=integers(C, high=3)))


@pytest.mark.points(2)
@pytest.mark.parametrize("index", [R, R + 6, -1], ids=["one too large", "far too large", "negative"])
def test_indices_outside_are_refused(check, index):
    check.raises(ValueError, choose, Case("refused", x=normal(4, R), index=exactly([0, index, R - 1, 1])))
