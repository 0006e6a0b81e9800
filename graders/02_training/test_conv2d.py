"""Convolution over an image: kernels of all sizes, strides and paddings, and what is refused."""

import pytest
import torch

from kata.grading import Case, between, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["conv"])


def apply(impl, x, weight, **options):
    return impl.conv2d(x, weight, **options)


B, C, O = between(2, 3), between(2, 4), between(2, 4)
ROWS, COLUMNS = between(2, 3), between(2, 3)
H, W = between(5, 7), between(8, 9)
STRIDE, PADDING, STEPS = between(2, 3), between(1, 2), between(2, 3)
# Rows and columns that the last step does not reach; where it is 0 there are none.
LEFT_OVER = STRIDE - 1

IMAGES, KERNELS, BIAS = normal(B, C, H, W), normal(O, C, ROWS, COLUMNS), normal(O)

CASES = [
    Case("one pixel at a time", x=IMAGES, weight=KERNELS, bias=BIAS, edges=[{B: 1}, {B: 0}, {C: 1}, {"bias": None}]),
    Case("no bias", x=IMAGES, weight=KERNELS),
    Case(
        "as many kernels as channels and columns", x=normal(B, C, H, C + 1), weight=normal(C, C, 2, 2), bias=normal(C)
    ),
    Case("one image of one channel", x=normal(1, 1, H, W), weight=normal(1, 1, ROWS, COLUMNS), bias=normal(1)),
    Case("a kernel of one pixel", x=IMAGES, weight=normal(O, C, 1, 1), bias=BIAS),
    Case("a kernel as large as the image", x=normal(B, C, ROWS, W), weight=normal(O, C, ROWS, W), bias=BIAS),
    Case("not contiguous", x=normal(B, C, W, H).transposed(), weight=normal(O, C, 2, 3).transposed(), bias=BIAS),
    # In half precision a sum of large numbers keeps too little of the small ones to be compared.
    Case(
        "numbers far from 0",
        x=normal(B, C, H, W, mean=1000.0),
        weight=normal(O, C, ROWS, COLUMNS, mean=2.0),
        bias=BIAS,
        dtypes=["float32", "float64"],
    ),
    Case("a column as the kernel", x=normal(2, 3, 10, 4), weight=normal(5, 3, 4, 1), bias=normal(5), recall=True),
    Case("a large image, padded", x=normal(1, 2, 12, 11), weight=normal(3, 2, 5, 4), stride=3, padding=3, recall=True),
]

STRIDES = [
    Case("a stride", x=IMAGES, weight=KERNELS, bias=BIAS, stride=STRIDE, edges=[{"stride": 1}, {B: 1}]),
    Case(
        "a stride that leaves rows over",
        x=normal(B, C, ROWS + STRIDE * STEPS + LEFT_OVER, COLUMNS + STRIDE * STEPS),
        weight=KERNELS,
        stride=STRIDE,
    ),
    Case(
        "a stride that leaves columns over",
        x=normal(B, C, ROWS + STRIDE * STEPS, COLUMNS + STRIDE * STEPS + LEFT_OVER),
        weight=KERNELS,
        stride=STRIDE,
    ),
    Case("a stride larger than the kernel", x=IMAGES, weight=normal(O, C, 2, 1), bias=BIAS, stride=between(3, 4)),
    Case("padding and a stride", x=IMAGES, weight=KERNELS, bias=BIAS, stride=STRIDE, padding=PADDING),
]

PADDINGS = [
    Case("padding", x=IMAGES, weight=KERNELS, bias=BIAS, padding=PADDING, edges=[{"padding": 0}, {B: 1}]),
    Case(
        "more padding than the kernel is large", x=IMAGES, weight=normal(O, C, 2, 1), bias=BIAS, padding=between(3, 4)
    ),
    Case(
        "a kernel that fits only with padding",
        x=normal(B, C, H, 2),
        weight=normal(O, C, ROWS, between(3, 4)),
        bias=BIAS,
        padding=1,
    ),
]

REFUSED = [
    Case("kernels of one channel", x=IMAGES, weight=normal(O, 1, ROWS, COLUMNS)),
    Case("images of one channel", x=normal(B, 1, H, W), weight=KERNELS),
    Case("other channels", x=IMAGES, weight=normal(O, C + 1, ROWS, COLUMNS)),
    Case("too many rows", x=IMAGES, weight=normal(O, C, H + 1, COLUMNS)),
    Case("too many columns", x=IMAGES, weight=normal(O, C, ROWS, W + 3), stride=2, padding=1),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(apply, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", STRIDES, ids=str)
def test_strides(check, case):
    check.values(apply, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PADDINGS, ids=str)
def test_padding(check, case):
    check.values(apply, case)


@pytest.mark.points(1)
def test_gradients(check):
    zero = {"bias": BIAS.map(torch.zeros_like)}
    check.gradients(apply, Case("gradients", x=IMAGES, weight=KERNELS, bias=BIAS, edges=[{B: 1}, zero]))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_does_not_fit_is_refused(check, case):
    check.raises(ValueError, apply, case)
