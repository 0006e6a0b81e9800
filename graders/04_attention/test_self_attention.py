"""Self-attention with a single head: what is asked, answered and taken in, masks, and the layers."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    coin,
    huge_and_of_either_sign,
    in_float64,
    last_two_hidden,
    load,
    normal,
    nothing_for_the_second,
    weights,
)

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, state, x, sizes, **options):
    return load(impl.SelfAttention(*sizes), state)(x, **options)


def attend_with_bias(impl, state, x, sizes):
    return load(impl.SelfAttention(*sizes, bias=True), state)(x)


def layers(d_model, d_head):
    """The weights of the layers and their sizes."""
    return {
        "state": weights(lambda impl, *sizes: impl.SelfAttention(*sizes), d_model, d_head),
        "sizes": (d_model, d_head),
    }


B, T, D, DH = between(2, 3), between(4, 6), between(6, 8), between(3, 5)
X = {**layers(D, DH), "x": normal(B, T, D)}
BIASED = weights(lambda impl, *sizes: impl.SelfAttention(*sizes, bias=True), D, DH)

CASES = [
    Case("a batch of sequences", attend, **X, edges=[{B: 1}, {T: 1}]),
    Case("a head wider than the tokens", attend, **layers(3, DH + 2), x=normal(B, T, 3)),
    Case("with bias", attend_with_bias, **{**X, "state": BIASED}),
    Case("four sequences of three tokens, a head of 2", attend, **layers(5, 2), x=normal(4, 3, 5), recall=True),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", **layers(D, DH), x=normal(T, T, D), mask=coin(T, T), edges=[{"mask": None}]),
    Case("a mask for each sequence", **X, mask=coin(B, T, T), edges=[{B: 1}, {T: 1}]),
    Case("padding", **X, mask=coin(B, 1, T)),
    Case(
        "hidden tokens with the largest scores",
        **{**X, "x": normal(B, T, D).map(huge_and_of_either_sign)},
        mask=T.map(last_two_hidden),
        dtypes=["float32"],
    ),
    Case(
        "a token that may attend to nothing",
        **X,
        mask=coin(B, T, T).map(nothing_for_the_second),
        edges=[{"mask": coin(B, T, T).map(torch.zeros_like)}],
    ),
    Case(
        "padding, one sequence of seven tokens",
        **layers(5, 2),
        x=normal(1, 7, 5),
        mask=coin(1, 1, 7),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(T, T).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", **X, mask=mask))


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(attend, case)
