"""Log-sum-exp and log-softmax, along any axis and for numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, between, hide_a_row, hide_some, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["softmax", "logsumexp", "logaddexp"])


def logsumexp(impl, x, **options):
    return impl.logsumexp(x, **options)


def log_softmax(impl, x, **options):
    return impl.log_softmax(x, **options)


def gradient_in(impl, function, x):
    x = x.detach().requires_grad_()
    out = getattr(impl, function)(x, dim=1)
    return torch.autograd.grad(out, x, torch.ones_like(out))[0]


def rows_far_apart(x):
    # One row around 0, one around 10 000, one around -10 000. In each, one number wins by far: a close race between
    # large numbers is decided by rounding alone.
    return x + torch.tensor([[0.0], [1e4], [-1e4]]) + 2500.0 * torch.arange(x.shape[1])


def one_is_infinite(x):
    return torch.cat([x[:, :1], torch.full_like(x[:, 1:2], math.inf), x[:, 2:]], dim=1)


R, C = between(2, 4), between(5, 8)

SUMS = [
    Case("an axis in the middle", x=normal(R, between(3, 5), between(4, 6)), dim=-2, edges=[{R: 1}, {R: 0}]),
    Case("no dim", x=normal(R, 3, between(4, 6))),
    Case("a batch of one row", x=normal(1, C), dim=1),
    Case("the axis is kept", x=normal(R, C), dim=1, keepdim=True, edges=[{R: 1}, {R: 0}, {C: 1}]),
    Case("rows around 0, 10 000 and -10 000", x=normal(3, between(3, 5)).map(rows_far_apart), dim=1),
    Case("a row of nothing but -inf", x=normal(R, C).map(hide_a_row), dim=1),
    Case("entries of +inf", x=normal(R, C).map(one_is_infinite), dim=1),
    Case("the first of four axes, kept", x=normal(3, 2, 1, 4), dim=0, keepdim=True, recall=True),
    Case("one axis in all", x=normal(between(6, 9)), dim=0, recall=True),
]

LOGARITHMS = [
    Case("the first axis", x=normal(between(4, 6), R), dim=0, edges=[{R: 1}, {R: 0}]),
    Case("no dim", x=normal(R, 3, between(4, 6))),
    Case("rows around 0, 10 000 and -10 000", x=normal(3, between(3, 5)).map(rows_far_apart), dim=1),
    Case("a row of nothing but -inf", x=normal(R, C).map(hide_a_row), dim=1),
    Case("the second of four axes", x=normal(2, 5, 3, 2), dim=-3, recall=True),
]

HIDDEN = Case("entries of -inf", x=normal(R, C).map(hide_some), dim=1)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", SUMS, ids=str)
def test_logsumexp(check, case):
    check.values(logsumexp, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LOGARITHMS, ids=str)
def test_log_softmax(check, case):
    check.values(log_softmax, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("scenario", [logsumexp, log_softmax], ids=["logsumexp", "log_softmax"])
def test_gradients(check, scenario):
    check.gradients(scenario, HIDDEN)


@pytest.mark.points(1)
@pytest.mark.parametrize("function", ["logsumexp", "log_softmax"])
def test_gradients_of_a_row_of_nothing_but_minus_infinity(run, function):
    gradient = run(gradient_in, function=function, x=normal(R, C).map(hide_a_row))
    assert gradient[1].isfinite().all(), f"the gradient of {function} in a row of nothing but -inf is {gradient[1, 0]}"
