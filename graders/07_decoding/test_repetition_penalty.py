"""The repetition penalty: of either sign, once for each token, row by row, and where tokens are ruled out."""

import math

import pytest
import torch

from kata.grading import Case, between, in_float64, integers, normal

# float64 has a test of its own: who makes a float32 of the penalty loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32", "float16", "bfloat16"])


def penalise(impl, logits, generated, penalty):
    return impl.apply_repetition_penalty(logits, generated, penalty)


def of_either_sign(x):
    """Far from 0, and in each row every other one below."""
    signs = torch.tensor([1.0, -1.0]).repeat(x.shape[-1])[: x.shape[-1]]
    return (x.abs() + 0.5) * signs


def with_zeros(x):
    """Some logits are 0, some ruled out, and the others of either sign."""
    places = (torch.arange(x.shape[-1]) + torch.arange(len(x)).unsqueeze(1)) % 4
    return of_either_sign(x).masked_fill(places == 1, 0.0).masked_fill(places == 2, -math.inf)


def all_in_the_first(generated):
    """One more text, the first, has each token."""
    return torch.cat([torch.arange(generated.shape[1]).unsqueeze(0), generated])


def several_times(generated):
    """Each token of a text is there again, and once more."""
    return torch.cat([generated, generated.flip(1), generated[:, :1], generated], dim=1)


def long_ago(generated):
    """Nothing but the last token has come for a long time."""
    return torch.cat([generated, generated[:, -1:].repeat(1, 600)], dim=1)


def beginning_with_0(generated):
    return torch.cat([torch.zeros_like(generated[:, :1]), generated], dim=1)


B, T, V = between(2, 3), between(3, 5), between(8, 12)
LOGITS = normal(B, V).map(of_either_sign)
TEXT = integers(B, T, high=V)
STRONG, WEAK = between(1.3, 2.5), between(0.4, 0.8)

CASES = [
    Case("some texts", logits=LOGITS, generated=TEXT, penalty=STRONG, edges=[{B: 1}, {T: 1}, {T: 0}, {"penalty": 1.0}]),
    Case("a penalty below 1", logits=LOGITS, generated=TEXT, penalty=WEAK),
    Case("a penalty that is a whole number", logits=LOGITS, generated=TEXT, penalty=between(2, 4)),
    Case("tokens that come several times", logits=LOGITS, generated=TEXT.map(several_times), penalty=STRONG),
    Case("tokens that came long ago", logits=LOGITS, generated=TEXT.map(long_ago), penalty=STRONG),
    Case("the token 0", logits=LOGITS, generated=integers(B, T, low=1, high=V).map(beginning_with_0), penalty=STRONG),
    Case("no token 0", logits=LOGITS, generated=integers(B, T, low=1, high=V), penalty=STRONG),
    Case(
        "a text that is longer than the vocabulary",
        logits=LOGITS,
        generated=integers(B, V + T, high=V),
        penalty=STRONG,
    ),
    Case(
        "seven texts of six tokens", logits=normal(7, 14), generated=integers(7, 6, high=14), penalty=1.2, recall=True
    ),
]

RULED_OUT = Case(
    "logits of 0 and of -inf",
    logits=normal(B + 1, V).map(with_zeros),
    generated=integers(B, V, high=V).map(all_in_the_first),
    penalty=STRONG,
)


@pytest.mark.points(7)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(penalise, case)


@pytest.mark.points(2)
def test_logits_of_0_and_infinite(check):
    check.values(penalise, RULED_OUT)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64(CASES[:1]):
        check.values(penalise, case)
