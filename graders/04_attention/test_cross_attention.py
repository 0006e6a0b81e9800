"""Cross-attention: who asks and who answers, different widths and lengths, heads, and padding in the context."""

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
    uniform,
    weights,
)

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, state, x, context, sizes, **options):
    return load(impl.CrossAttention(*sizes), state)(x, context, **options)


def attend_to_learn(impl, state, **inputs):
    # The bias of the keys adds one number to all scores of a query, which the softmax takes out again. So its gradient
    # is 0 but for rounding, which differs between right answers: it is left out.
    return attend(impl, {**state, "k_proj.bias": state["k_proj.bias"].detach()}, **inputs)


def make(impl, d_model, d_context, num_heads):
    return [tuple(weight.shape) for weight in impl.CrossAttention(d_model, d_context, num_heads).parameters()]


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.CrossAttention(*sizes), *sizes), "sizes": sizes}


B, T, S, H, C = between(3, 4), between(3, 5), between(6, 8), between(2, 3), between(4, 5)
D = H * between(2, 3)
LAYERS, FOUR_HEADS = layers(D, C, H), layers(8, 9, 4)
X = {**LAYERS, "x": normal(B, T, D), "context": normal(B, S, C)}

CASES = [
    Case("a longer, narrower context", **X, after={"context_mask": coin(B, S)}, edges=[{B: 1}, {T: 1}, {S: 1}]),
    Case("sequence and context of one shape", **layers(D, D, H), x=normal(B, T, D), context=normal(B, T, D)),
    Case(
        "four heads, one token, a wider context", **FOUR_HEADS, x=normal(5, 1, 8), context=normal(5, 3, 9), recall=True
    ),
]

MASKED = [
    Case("padding", **X, context_mask=coin(B, S), edges=[{B: 1}, {T: 1}]),
    Case(
        "as many sequences as heads, contexts as long as the sequences",
        **LAYERS,
        x=normal(H, T, D),
        context=normal(H, T, C),
        context_mask=uniform(H, T).map(lambda x: x.argsort(-1) > 0),
    ),
    Case(
        "padding with the largest scores",
        **{**X, "context": normal(B, S, C).map(huge_and_of_either_sign)},
        context_mask=coin(B, S).map(lambda mask: (torch.arange(mask.shape[1]) < mask.shape[1] - 2).expand_as(mask)),
        dtypes=["float32"],
    ),
    # Of a single real token the weight is 1, whatever its score: no rounding of such scores counts.
    Case(
        "one token without padding, with scores of 10 000 and more, above or below 0",
        **{**X, "x": normal(B, T, D).map(lambda x: 1e5 * x)},
        context_mask=coin(B, S).map(lambda mask: (torch.arange(mask.shape[1]) == 0).expand_as(mask)),
        dtypes=["float32"],
    ),
    Case(
        "a context of nothing but padding",
        **X,
        context_mask=coin(B, S).map(nothing_for_the_second),
        edges=[{"context_mask": coin(B, S).map(torch.zeros_like)}],
    ),
    Case(
        "four heads, a context shorter than the sequence",
        **FOUR_HEADS,
        x=normal(2, 6, 8),
        context=normal(2, 3, 9),
        context_mask=coin(2, 3),
        recall=True,
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_padding(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(B, S).map(nothing_for_the_second)
    check.gradients(attend_to_learn, Case("gradients", **X, context_mask=mask))


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(attend, case)


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(
        ValueError,
        make,
        Case("a width that the heads do not divide", d_model=between(2, 9) * H + 1, d_context=C * H, num_heads=H),
    )
