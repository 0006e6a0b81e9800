"""Multi-head attention: how heads are split and merged, which layer projects what, and masks of each shape."""

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


def attend(impl, state, sizes=(12, 3), **inputs):
    return load(impl.MultiHeadAttention(*sizes), state)(**inputs)


def attend_without_biases(impl, state, **inputs):
    return load(impl.MultiHeadAttention(12, 3, bias=False), state)(**inputs)


def attend_with_a_fixed_key_bias(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    return attend(impl, {**state, "k_proj.bias": state["k_proj.bias"].detach()}, **inputs)


def make(impl, d_model, num_heads):
    impl.MultiHeadAttention(d_model, num_heads)


LAYERS = weights(lambda impl: impl.MultiHeadAttention(12, 3))
WITHOUT_BIASES = weights(lambda impl: impl.MultiHeadAttention(12, 3, bias=False))
FIVE_HEADS = weights(lambda impl: impl.MultiHeadAttention(10, 5))

CASES = [
    Case("self-attention", state=LAYERS, query=normal(2, 5, 12)),
    Case("cross-attention, no value given", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12)),
    Case("three different inputs", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), value=normal(2, 7, 12)),
    Case("a value, but no key", state=LAYERS, query=normal(2, 5, 12), value=normal(2, 5, 12)),
    Case("not contiguous", state=LAYERS, query=normal(5, 2, 12).transposed(0, 1)),
    Case(
        "five heads, one sequence",
        state=FIVE_HEADS,
        sizes=(10, 5),
        query=normal(1, 3, 10),
        key=normal(1, 8, 10),
        recall=True,
    ),
]

MASKED = [
    # As many sequences as queries, so that (T, S) could be read as (B, S).
    Case("(T, S)", state=LAYERS, query=normal(5, 5, 12), key=normal(5, 7, 12), mask=coin(5, 7)),
    Case("(B, T, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 5, 7)),
    Case("(B, T, S), as many sequences as heads", state=LAYERS, query=normal(3, 5, 12), mask=coin(3, 5, 5)),
    Case("(B, 1, T, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 1, 5, 7)),
    Case("(B, 1, 1, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 1, 1, 7)),
    Case(
        "hidden keys with the largest scores",
        state=LAYERS,
        query=normal(2, 5, 12),
        key=normal(2, 7, 12).map(huge_and_of_either_sign),
        mask=exactly([[True] * 5 + [False] * 2]),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a query that may attend to nothing",
        state=LAYERS,
        query=normal(2, 5, 12),
        mask=coin(5, 5).map(nothing_for_the_second),
    ),
    Case(
        "(1, T, S), five heads",
        state=FIVE_HEADS,
        sizes=(10, 5),
        query=normal(4, 2, 10),
        key=normal(4, 6, 10),
        mask=coin(1, 2, 6),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_without_biases(check):
    check.values(attend_without_biases, Case("without biases", state=WITHOUT_BIASES, query=normal(2, 5, 12)))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(5, 7).map(nothing_for_the_second)
    inputs = {"query": normal(2, 5, 12), "key": normal(2, 7, 12), "value": normal(2, 7, 12), "mask": mask}
    check.gradients(attend_with_a_fixed_key_bias, Case("gradients", state=LAYERS, **inputs))


@pytest.mark.points(1)
def test_a_width_that_cannot_be_divided_is_refused(check):
    check.raises(ValueError, make, Case("a width of 8 for 3 heads", d_model=8, num_heads=3))
