"""Cross-attention: who asks and who answers, different widths and lengths, heads, and padding in the context."""

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


def attend(impl, state, x, context, sizes=(6, 5, 2), **options):
    return load(impl.CrossAttention(*sizes), state)(x, context, **options)


def attend_with_three_heads(impl, state, x, context):
    return load(impl.CrossAttention(6, 6, 3), state)(x, context)


def attend_to_learn(impl, state, x, context, context_mask):
    # The bias of the keys adds one number to all scores of a query, which the softmax takes out again. So its gradient
    # is 0 but for rounding, which differs between right answers: it is left out.
    learning = {**state, "k_proj.bias": state["k_proj.bias"].detach()}
    return attend(impl, learning, x, context, context_mask=context_mask)


def make(impl, d_model, d_context, num_heads):
    return [tuple(weight.shape) for weight in impl.CrossAttention(d_model, d_context, num_heads).parameters()]


STATE = weights(lambda impl: impl.CrossAttention(6, 5, 2))
THREE_HEADS = weights(lambda impl: impl.CrossAttention(6, 6, 3))
FOUR_HEADS = weights(lambda impl: impl.CrossAttention(8, 9, 4))

CASES = [
    (attend, Case("a longer, narrower context", state=STATE, x=normal(3, 4, 6), context=normal(3, 7, 5))),
    (
        attend_with_three_heads,
        Case("sequence and context of one shape", state=THREE_HEADS, x=normal(2, 4, 6), context=normal(2, 4, 6)),
    ),
    (
        attend,
        Case(
            "four heads, one token, a wider context",
            state=FOUR_HEADS,
            sizes=(8, 9, 4),
            x=normal(5, 1, 8),
            context=normal(5, 3, 9),
            recall=True,
        ),
    ),
]

MASKED = [
    Case("padding", state=STATE, x=normal(3, 4, 6), context=normal(3, 7, 5), context_mask=coin(3, 7)),
    Case(
        "as many sequences as heads, contexts as long as the sequences",
        state=STATE,
        x=normal(2, 4, 6),
        context=normal(2, 4, 5),
        context_mask=exactly([[False, True, True, False], [True, False, True, True]]),
    ),
    Case(
        "padding with the largest scores",
        state=STATE,
        x=normal(2, 4, 6),
        context=normal(2, 6, 5).map(huge_and_of_either_sign),
        context_mask=exactly([[True] * 4 + [False] * 2] * 2),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a context of nothing but padding",
        state=STATE,
        x=normal(3, 4, 6),
        context=normal(3, 7, 5),
        context_mask=coin(3, 7).map(nothing_for_the_second),
    ),
    Case(
        "four heads, a context shorter than the sequence",
        state=FOUR_HEADS,
        sizes=(8, 9, 4),
        x=normal(2, 6, 8),
        context=normal(2, 3, 9),
        context_mask=coin(2, 3),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_padding(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(3, 7).map(nothing_for_the_second)
    inputs = {"x": normal(3, 4, 6), "context": normal(3, 7, 5), "context_mask": mask}
    check.gradients(attend_to_learn, Case("gradients", state=STATE, **inputs))


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(ValueError, make, Case("a width of 6 for 4 heads", d_model=6, d_context=8, num_heads=4))
