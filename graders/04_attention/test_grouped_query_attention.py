"""Grouped-query attention: which head uses which keys and values, from multi-head to multi-query, and masks."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    choice,
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
    return load(impl.GroupedQueryAttention(*sizes), state)(x, **options)


def make(impl, d_model, num_heads, num_kv_heads):
    module = impl.GroupedQueryAttention(d_model, num_heads, num_kv_heads)
    return [tuple(weight.shape) for weight in module.parameters()]


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.GroupedQueryAttention(*sizes), *sizes), "sizes": sizes}


B, T, P, W, N = between(2, 3), between(4, 5), between(2, 3), between(2, 3), between(3, 4)
H, D = 2 * P, 2 * P * W
LAYERS, THREE_GROUPS = layers(D, H, 2), layers(18, 6, 3)
X = {**LAYERS, "x": normal(B, T, D)}

CASES = [
    Case("two groups of heads", **X, after={"mask": coin(T, T)}, edges=[{B: 1}, {T: 1}]),
    Case("as many groups as heads: multi-head attention", **layers(W * N, N, N), x=normal(B, T, W * N)),
    Case("one group: multi-query attention", **layers(W * N, N, 1), x=normal(B, T, W * N)),
    Case("three groups of two heads", **THREE_GROUPS, x=normal(1, 5, 18), recall=True),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", **LAYERS, x=normal(T, T, D), mask=coin(T, T)),
    Case("a mask for each of as many sequences as heads", **LAYERS, x=normal(H, 3, D), mask=coin(H, 3, 3)),
    Case("padding", **X, mask=coin(B, 1, 1, T), edges=[{B: 1}, {T: 1}]),
    # The two large tokens are hidden, and attend to a single one, so that no rounding of their own scores counts.
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
    Case("three groups of two heads, padding", **THREE_GROUPS, x=normal(3, 2, 18), mask=coin(3, 1, 1, 2), recall=True),
]

UNEVEN = [
    Case("a width that the heads do not divide", d_model=H * between(2, 9) + 2, num_heads=H, num_kv_heads=2),
    Case("heads that the groups do not divide", d_model=H * choice(2, 4, 7, 8), num_heads=H, num_kv_heads=H - 1),
    Case(
        "heads that the groups do not divide, though both divide the width",
        d_model=12 * between(1, 9),
        num_heads=4,
        num_kv_heads=3,
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


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


@pytest.mark.points(1)
@pytest.mark.parametrize("case", UNEVEN, ids=str)
def test_uneven_heads_are_refused(check, case):
    check.raises(ValueError, make, case)
