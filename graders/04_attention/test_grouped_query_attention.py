"""Grouped-query attention: which head uses which keys and values, from multi-head to multi-query, and masks."""

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


def attend(impl, state, x, sizes=(12, 6, 2), **options):
    return load(impl.GroupedQueryAttention(*sizes), state)(x, **options)


def attend_with_a_group_for_each_head(impl, state, x):
    return load(impl.GroupedQueryAttention(6, 3, 3), state)(x)


def attend_with_one_group(impl, state, x):
    return load(impl.GroupedQueryAttention(6, 3, 1), state)(x)


def make(impl, d_model, num_heads, num_kv_heads):
    module = impl.GroupedQueryAttention(d_model, num_heads, num_kv_heads)
    return [tuple(weight.shape) for weight in module.parameters()]


STATE = weights(lambda impl: impl.GroupedQueryAttention(12, 6, 2))
MULTI_HEAD = weights(lambda impl: impl.GroupedQueryAttention(6, 3, 3))
MULTI_QUERY = weights(lambda impl: impl.GroupedQueryAttention(6, 3, 1))
THREE_GROUPS = weights(lambda impl: impl.GroupedQueryAttention(18, 6, 3))

CASES = [
    (attend, Case("two groups of three heads", state=STATE, x=normal(2, 4, 12))),
    (
        attend_with_a_group_for_each_head,
        Case("as many groups as heads: multi-head attention", state=MULTI_HEAD, x=normal(2, 4, 6)),
    ),
    (attend_with_one_group, Case("one group: multi-query attention", state=MULTI_QUERY, x=normal(2, 4, 6))),
    (attend, Case("three groups of two heads", state=THREE_GROUPS, sizes=(18, 6, 3), x=normal(1, 5, 18), recall=True)),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", state=STATE, x=normal(4, 4, 12), mask=coin(4, 4)),
    Case("a mask for each of as many sequences as heads", state=STATE, x=normal(6, 3, 12), mask=coin(6, 3, 3)),
    Case("padding", state=STATE, x=normal(2, 4, 12), mask=coin(2, 1, 1, 4)),
    # The two large tokens are hidden, and attend to a single one, so that no rounding of their own scores counts.
    Case(
        "hidden tokens with the largest scores",
        state=STATE,
        x=normal(2, 6, 12).map(huge_and_of_either_sign),
        mask=exactly([[True] * 4 + [False] * 2] * 4 + [[True] + [False] * 5] * 2),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a token that may attend to nothing",
        state=STATE,
        x=normal(2, 4, 12),
        mask=coin(2, 4, 4).map(nothing_for_the_second),
    ),
    Case(
        "three groups of two heads, padding",
        state=THREE_GROUPS,
        sizes=(18, 6, 3),
        x=normal(3, 2, 18),
        mask=coin(3, 1, 1, 2),
        recall=True,
    ),
]

UNEVEN = [
    Case("a width of 6 for 4 heads", d_model=6, num_heads=4, num_kv_heads=2),
    Case("4 heads in 3 groups", d_model=8, num_heads=4, num_kv_heads=3),
    Case("4 heads in 3 groups, and a width of 12", d_model=12, num_heads=4, num_kv_heads=3),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(4, 4).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", state=STATE, x=normal(2, 4, 12), mask=mask))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", UNEVEN, ids=str)
def test_uneven_heads_are_refused(check, case):
    check.raises(ValueError, make, case)
