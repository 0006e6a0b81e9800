"""Self-attention with a single head: what is asked, answered and taken in, masks, and the layers."""

import pytest

from kata.grading import (
    Case,
    coin,
    exactly,
    huge_and_of_either_sign,
    load,
    normal,
    nothing_for_the_second,
    weights,
)

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention"])


def attend(impl, state, x, sizes=(6, 4), **options):
    return load(impl.SelfAttention(*sizes), state)(x, **options)


def attend_widely(impl, state, x):
    return load(impl.SelfAttention(3, 5), state)(x)


def attend_with_bias(impl, state, x):
    return load(impl.SelfAttention(6, 4, bias=True), state)(x)


STATE = weights(lambda impl: impl.SelfAttention(6, 4))
NARROW = weights(lambda impl: impl.SelfAttention(5, 2))
X = normal(2, 5, 6)
# The two large tokens are hidden, and attend to a single one, so that no rounding of their own scores counts.
TWO_HIDDEN = exactly([[True] * 4 + [False] * 2] * 4 + [[True] + [False] * 5] * 2)

CASES = [
    (attend, Case("a batch of sequences", state=STATE, x=X)),
    (
        attend_widely,
        Case("a head wider than the tokens", state=weights(lambda impl: impl.SelfAttention(3, 5)), x=normal(2, 4, 3)),
    ),
    (attend_with_bias, Case("with bias", state=weights(lambda impl: impl.SelfAttention(6, 4, bias=True)), x=X)),
    (
        attend,
        Case("four sequences of three tokens, a head of 2", state=NARROW, sizes=(5, 2), x=normal(4, 3, 5), recall=True),
    ),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", state=STATE, x=normal(5, 5, 6), mask=coin(5, 5)),
    Case("a mask for each sequence", state=STATE, x=X, mask=coin(2, 5, 5)),
    Case("padding", state=STATE, x=X, mask=coin(2, 1, 5)),
    Case(
        "hidden tokens with the largest scores",
        state=STATE,
        x=normal(2, 6, 6).map(huge_and_of_either_sign),
        mask=TWO_HIDDEN,
        dtypes=["float32", "float64"],
    ),
    Case("a token that may attend to nothing", state=STATE, x=X, mask=coin(2, 5, 5).map(nothing_for_the_second)),
    Case(
        "padding, one sequence of seven tokens",
        state=NARROW,
        sizes=(5, 2),
        x=normal(1, 7, 5),
        mask=coin(1, 1, 7),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(5, 5).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", state=STATE, x=X, mask=mask))
