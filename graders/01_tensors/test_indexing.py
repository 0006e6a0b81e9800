"""One-hot vectors, and picking one entry of each row."""

import math

import pytest
import torch

from kata.grading import Case, exactly, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["one_hot"])


def encode(impl, labels, num_classes):
    return impl.one_hot(labels, num_classes)


def choose(impl, x, index):
    return impl.pick(x, index)


def with_nan_and_inf(x):
    # In the row 0 beside column 2, in row 1 beside column 0.
    x[0, :2], x[1, 1:] = math.nan, torch.tensor([math.inf, -math.inf])
    return x


# No floating-point numbers are in a case of labels, so one run is all of them.
ONE_HOT = [
    Case("two axes, int32", dtypes=["float32"], labels=integers(2, 3, high=4).map(torch.Tensor.int), num_classes=6),
    Case("a label without axes", dtypes=["float32"], labels=exactly(2), num_classes=3),
    Case("no labels, but two rows of them", dtypes=["float32"], labels=integers(2, 0, high=3), num_classes=3),
    Case(
        "300 classes, uint8", dtypes=["float32"], labels=exactly([7, 200, 90]).map(torch.Tensor.byte), num_classes=300
    ),
    Case("labels on four axes", dtypes=["float32"], labels=integers(2, 1, 3, 2, high=5), num_classes=5, recall=True),
]

# There are at least as many rows as columns: what takes an index for that of a row goes wrong, but stays inside.
PICK = [
    Case("four rows", x=normal(4, 3), index=integers(4, high=3)),
    Case("beside NaN and infinity", x=normal(3, 3).map(with_nan_and_inf), index=exactly([2, 0, 1])),
    Case(
        "whole numbers, by uint8",
        x=integers(4, 3, high=99).map(torch.Tensor.int),
        index=exactly([0, 2, 1, 2]).map(torch.Tensor.byte),
    ),
    Case(
        "300 columns, by uint8",
        x=normal(3, 300),
        index=exactly([50, 0, 255]).map(torch.Tensor.byte),
    ),
    Case("no rows", x=normal(0, 3), index=integers(0, high=3)),
    Case("seven rows of two", x=normal(7, 2), index=integers(7, high=2), recall=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", ONE_HOT, ids=str)
def test_one_hot(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("label", [4, 9, -1], ids=["one too large", "far too large", "negative"])
def test_labels_outside_are_refused(check, label):
    check.raises(ValueError, encode, Case("refused", labels=exactly([0, label, 3]), num_classes=4))


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PICK, ids=str)
def test_pick(check, case):
    check.values(choose, case)


@pytest.mark.points(1)
def test_pick_gradients(check):
    check.gradients(choose, Case("gradients", x=normal(4, 3), index=integers(4, high=3)))


@pytest.mark.points(2)
@pytest.mark.parametrize("index", [3, 9, -1], ids=["one too large", "far too large", "negative"])
def test_indices_outside_are_refused(check, index):
    check.raises(ValueError, choose, Case("refused", x=normal(4, 3), index=exactly([0, index, 2, 1])))
