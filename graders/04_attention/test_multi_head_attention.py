"""Multi-head attention: how heads are split and merged, which layer projects what, and masks of each shape."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    coin,
    huge_and_of_either_sign,
    in_float64,
    load,
    normal,
    nothing_for_the_second,
    weights,
)

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, state, sizes, **inputs):
    return load(impl.MultiHeadAttention(*sizes), state)(**inputs)


def attend_without_biases(impl, state, sizes, **inputs):
    return load(impl.MultiHeadAttention(*sizes, bias=False), state)(**inputs)


def attend_with_a_fixed_key_bias(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    return attend(impl, {**state, "k_proj.bias": state["k_proj.bias"].detach()}, **inputs)


def make(impl, d_model, num_heads):
    impl.MultiHeadAttention(d_model, num_heads)


def layers(d_model, heads, **options):
    """The weights of the layers and their sizes."""
    state = weights(lambda impl, *sizes: impl.MultiHeadAttention(*sizes, **options), d_model, heads)
    return {"state": state, "sizes": (d_model, heads)}


B, T, S, H = between(2, 3), between(4, 5), between(6, 8), between(3, 4)
D = H * between(3, 4)
LAYERS, FIVE_HEADS = layers(D, H), layers(10, 5)
QUERY, CONTEXT = normal(B, T, D), normal(B, S, D)

CASES = [
    Case("self-attention", **LAYERS, query=QUERY, edges=[{B: 1}, {T: 1}]),
    Case("cross-attention, no value given", **LAYERS, query=QUERY, key=CONTEXT, edges=[{"key": None}, {S: 1}]),
    Case("three different inputs", **LAYERS, query=QUERY, key=CONTEXT, value=CONTEXT, edges=[{"value": None}, {B: 1}]),
    Case("a value, but no key", **LAYERS, query=QUERY, value=normal(B, T, D)),
    Case("not contiguous", **LAYERS, query=normal(T, B, D).transposed(0, 1)),
    Case("five heads, one sequence", **FIVE_HEADS, query=normal(1, 3, 10), key=normal(1, 8, 10), recall=True),
]

MASKED = [
    # As many sequences as queries, so that (T, S) could be read as (B, S).
    Case("(T, S)", **LAYERS, query=normal(T, T, D), key=normal(T, S, D), mask=coin(T, S), edges=[{"mask": None}]),
    Case("(B, T, S)", **LAYERS, query=QUERY, key=CONTEXT, mask=coin(B, T, S), edges=[{B: 1}, {T: 1}]),
    Case("(B, T, S), as many sequences as heads", **LAYERS, query=normal(H, T, D), mask=coin(H, T, T)),
    Case("(B, 1, T, S)", **LAYERS, query=QUERY, key=CONTEXT, mask=coin(B, 1, T, S)),
    Case("(B, 1, 1, S)", **LAYERS, query=QUERY, key=CONTEXT, mask=coin(B, 1, 1, S)),
    Case(
        "hidden keys with the largest scores",
        **LAYERS,
        query=QUERY,
        key=CONTEXT.map(huge_and_of_either_sign),
        mask=S.map(lambda keys: (torch.arange(keys) < keys - 2).unsqueeze(0)),
        dtypes=["float32"],
    ),
    # Of a single visible key the weight is 1, whatever its score: no rounding of such scores counts.
    Case(
        "one key to attend to, with scores of 10 000 and more, above or below 0",
        **LAYERS,
        query=QUERY.map(lambda query: 1e5 * query),
        key=CONTEXT,
        mask=S.map(lambda keys: (torch.arange(keys) == 0).unsqueeze(0)),
        dtypes=["float32"],
    ),
    Case(
        "a query that may attend to nothing",
        **LAYERS,
        query=QUERY,
        mask=coin(T, T).map(nothing_for_the_second),
        edges=[{"mask": coin(T, T).map(torch.zeros_like)}],
    ),
    Case(
        "(1, T, S), five heads",
        **FIVE_HEADS,
        query=normal(4, 2, 10),
        key=normal(4, 6, 10),
        mask=coin(1, 2, 6),
        recall=True,
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(attend, case)


@pytest.mark.points(1)
def test_without_biases(check):
    check.values(attend_without_biases, Case("without biases", **layers(D, H, bias=False), query=QUERY))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(T, S).map(nothing_for_the_second)
    inputs = {"query": QUERY, "key": CONTEXT, "value": CONTEXT, "mask": mask}
    check.gradients(attend_with_a_fixed_key_bias, Case("gradients", **LAYERS, **inputs))


@pytest.mark.points(1)
def test_a_width_that_cannot_be_divided_is_refused(check):
    check.raises(
        ValueError, make, Case("a width that the heads do not divide", d_model=between(2, 9) * H + 1, num_heads=H)
    )
