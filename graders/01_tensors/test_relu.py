"""ReLU and leaky ReLU, at 0, NaN and infinity, too."""

import math

import pytest
import torch

from kata.grading import Case, between, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["relu"])


def rectify(impl, x):
    return impl.relu(x)


def leak(impl, x, **slope):
    return impl.leaky_relu(x, **slope)


def with_odd_numbers(x):
    return torch.cat([x, torch.tensor([math.nan, math.inf, -math.inf, 0.0])])


def beside_zeros(x):
    return torch.cat([-x.abs(), torch.zeros(2), x.abs()])


A, N = between(2, 4), between(3, 6)

RELU = [
    Case("numbers of both signs", x=normal(A, 3, N), edges=[{A: 1}, {A: 0}]),
    Case("NaN and infinity", x=normal(N).map(with_odd_numbers)),
    Case("five axes", x=normal(2, 1, 3, 2, 2), recall=True),
    Case("a single number without axes", x=normal(), recall=True),
]

LEAKY = [
    Case("no slope given", x=normal(A, 3, N), edges=[{A: 1}, {A: 0}]),
    Case("a slope of 0.3, NaN and infinity", x=normal(N).map(with_odd_numbers), negative_slope=0.3),
    Case("a slope of 0", x=normal(between(6, 9)), negative_slope=0.0),
    Case("a slope of 2", x=normal(between(6, 9)), negative_slope=2.0),
    Case("four axes, a slope of 0.2", x=normal(3, 1, 2, 4), negative_slope=0.2, recall=True),
]

NEAR_0 = normal(between(1, 4)).map(beside_zeros)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RELU, ids=str)
def test_relu(check, case):
    check.values(rectify, case)


@pytest.mark.points(2)
def test_relu_gradient_at_0(check):
    check.gradients(rectify, Case("on both sides of 0, and at 0", x=NEAR_0))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LEAKY, ids=str)
def test_leaky_relu(check, case):
    check.values(leak, case)


@pytest.mark.points(2)
def test_leaky_relu_gradient_at_0(check):
    check.gradients(leak, Case("on both sides of 0, and at 0", x=NEAR_0, negative_slope=between(0.1, 0.6)))
