"""Advantages and returns: any gamma and lambda, answers that end before the row does, and no gradient."""

import math

import pytest
import torch

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def estimate(impl, rewards, values, mask, **factors):
    return impl.gae(rewards, values, mask, **factors)


def have_gradients(impl, rewards, values, mask):
    """Whether a gradient would reach what comes out of a model."""
    made = [x.detach().requires_grad_() for x in (rewards, values)]
    return [result.requires_grad for result in impl.gae(*made, mask)]


def at_the_beginning(places):
    """Answers that end before the row does: each one token longer than the one before, or one long."""
    rows, width = places.shape
    lengths = (torch.arange(rows) + places[0, 0]) % (width - 1) + 1
    return torch.arange(width) < lengths[:, None]


def all_as_long(places):
    """Answers that all end at one place, before the row does, and have three tokens at least."""
    rows, width = places.shape
    return (torch.arange(width) < 3 + places[0, 0] % (width - 3)).repeat(rows, 1)


def nothing_in_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


def spoil(x, mask):
    """NaN and infinities in turn where the mask is false."""
    odd = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).repeat(x.numel())
    return x.masked_scatter(~mask, odd)


# B is never T.
B, T = between(3, 4), between(6, 8)
PLACES = integers(B, T, high=100)
REWARDS, VALUES = normal(B, T), normal(B, T)
ALL, NONE = PLACES.map(lambda x: x >= 0), PLACES.map(lambda x: x < 0)
GIVEN = {"rewards": REWARDS, "values": VALUES}
FACTORS = {"gamma": between(0.7, 0.9), "lam": between(0.5, 0.8)}
RIGHT, ALIKE = once(PLACES.map(at_the_beginning)), once(PLACES.map(all_as_long))

CASES = [
    Case("no padding", **GIVEN, mask=ALL, **FACTORS, edges=[{B: 1}, {T: 1}]),
    Case("neither gamma nor lambda given", **GIVEN, mask=ALL),
    Case(
        "five answers of ten tokens",
        rewards=normal(5, 10),
        values=normal(5, 10),
        mask=integers(5, 10, high=9).map(at_the_beginning),
        gamma=0.9,
        lam=0.8,
        recall=True,
    ),
]

PADDED = [
    Case("padding at the end", **GIVEN, mask=RIGHT, **FACTORS),
    Case(
        "an answer of no tokens",
        **GIVEN,
        mask=RIGHT.map(nothing_in_the_second),
        **FACTORS,
        edges=[{"mask": NONE}],
    ),
]

HIDDEN = Case(
    "NaN and infinity are hidden",
    rewards=REWARDS.map(spoil, ALIKE),
    values=VALUES.map(spoil, ALIKE),
    mask=ALIKE,
    **FACTORS,
)

ENDS = [
    Case("lambda is 0", **GIVEN, mask=ALIKE, gamma=between(0.7, 0.9), lam=0.0),
    Case("lambda is 1", **GIVEN, mask=ALIKE, gamma=between(0.7, 0.9), lam=1.0),
    Case("gamma is 0", **GIVEN, mask=ALIKE, gamma=0.0, lam=between(0.5, 0.8)),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(estimate, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(check, case):
    check.values(estimate, case)


@pytest.mark.points(1)
def test_what_is_hidden_has_no_influence(check):
    check.values(estimate, HIDDEN)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", ENDS, ids=str)
def test_gamma_and_lambda_of_0_and_1(check, case):
    check.values(estimate, case)


@pytest.mark.points(1)
def test_no_gradient(check):
    check.values(have_gradients, Case("neither result carries a gradient", **GIVEN, mask=ALIKE))
