"""Rewards of tokens: the penalty, the score at the last token, and what the mask hides."""

import math

import pytest
import torch

from kata.grading import Case, between, integers, normal, once, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def shape(impl, scores, logp, ref_logp, mask, beta):
    return impl.kl_shaped_rewards(scores, logp, ref_logp, mask, beta)


def has_gradient(impl, scores, logp, ref_logp, mask, beta):
    """Whether a gradient would reach what comes out of a model."""
    made = [x.detach().requires_grad_() for x in (scores, logp, ref_logp)]
    return impl.kl_shaped_rewards(*made, mask, beta).requires_grad


def at_the_beginning(places):
    """Answers that begin at once and end before the row does: each one token longer than the one before, or one long."""
    rows, width = places.shape
    lengths = (torch.arange(rows) + places[0, 0]) % (width - 1) + 1
    return torch.arange(width) < lengths[:, None]


def at_the_end(places):
    return at_the_beginning(places).flip(1)


def in_the_middle(places):
    """The same with two places before it, as a prompt has them."""
    return torch.cat([torch.zeros(len(places), 2, dtype=torch.bool), at_the_beginning(places)[:, :-2]], dim=1)


def nothing_in_the_second(mask):
    return mask.index_fill(0, torch.tensor(1), False)


def log_probabilities(x):
    return -1 - x.abs()


def apart_by(logp, ratios):
    """The policy is in turn that much surer than the reference, and that much less sure."""
    return logp + ratios * (1 - 2 * (torch.arange(logp.shape[-1]) % 2))


def spoil(x, mask):
    """NaN and infinities in turn where the mask is false."""
    odd = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).repeat(x.numel())
    return x.masked_scatter(~mask, odd)


# B is never T.
B, T = between(3, 4), between(6, 8)
PLACES = integers(B, T, high=100)
LOGP = once(normal(B, T).map(log_probabilities))
REF_LOGP = normal(B, T).map(log_probabilities)
GIVEN = {"scores": normal(B, std=2.0), "beta": between(0.1, 0.6)}
BOTH = {**GIVEN, "logp": LOGP, "ref_logp": REF_LOGP}
RIGHT = once(PLACES.map(at_the_beginning))

CASES = [
    Case("answers as long as the row", **BOTH, mask=PLACES.map(lambda x: x >= 0), edges=[{B: 1}, {T: 1}]),
    Case("padding at the end", **BOTH, mask=RIGHT, edges=[{"beta": 0.0}]),
    Case(
        "five answers of ten tokens",
        scores=normal(5),
        logp=normal(5, 10),
        ref_logp=normal(5, 10),
        mask=integers(5, 10, high=9).map(at_the_beginning),
        beta=0.3,
        recall=True,
    ),
]

ELSEWHERE = [
    Case("padding at the beginning", **BOTH, mask=PLACES.map(at_the_end)),
    Case("a prompt before it and padding after", **BOTH, mask=PLACES.map(in_the_middle)),
]

HIDDEN = Case(
    "NaN and infinity are hidden",
    **GIVEN,
    logp=LOGP.map(spoil, RIGHT),
    ref_logp=REF_LOGP.map(spoil, RIGHT),
    mask=RIGHT,
)

NONE = RIGHT.map(torch.zeros_like)
EMPTY = Case("an answer of no tokens", **BOTH, mask=RIGHT.map(nothing_in_the_second), edges=[{"mask": NONE}])

FAR = Case(
    "ratios of 50 and of -50",
    **GIVEN,
    logp=LOGP,
    ref_logp=LOGP.map(apart_by, uniform(B, T, low=45, high=50)),
    mask=PLACES.map(lambda x: x >= 0),
)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(shape, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", ELSEWHERE, ids=str)
def test_answers_that_begin_later(check, case):
    check.values(shape, case)


@pytest.mark.points(1)
def test_what_is_hidden_has_no_influence(check):
    check.values(shape, HIDDEN)


@pytest.mark.points(1)
def test_an_empty_answer(check):
    check.values(shape, EMPTY)


@pytest.mark.points(1)
def test_far_apart(check):
    check.values(shape, FAR)


@pytest.mark.points(1)
def test_no_gradient(check):
    check.values(has_gradient, Case("rewards carry no gradient", **BOTH, mask=RIGHT))
