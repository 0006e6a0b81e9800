"""Scaled dot-product attention: any leading axes, masks, gradients, and dropout on the weights."""

import pytest
import torch

from kata.grading import (
    Case,
    alternating,
    between,
    coin,
    first_five,
    in_float64,
    integers,
    large_at_the_end,
    normal,
    nothing_for_the_second,
    starting_with,
    those_of_other_sign,
    uniform,
)

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, q, k, v, **options):
    return impl.attention(q, k, v, **options)


def twice_in_training(impl, q, k, v):
    return [impl.attention(q, k, v, dropout_p=0.25, training=True) for _ in range(2)]


def weights_in_training(impl, q, k, v, dropout_p):
    return impl.attention(q, k, v, dropout_p=dropout_p, training=True)[1]


def dropped(weights):
    return weights == 0


def the_rate(_, dropout_p, **inputs):
    return dropout_p


def with_and_without_dropout(impl, q, k, v):
    return [impl.attention(q, k, v, dropout_p=0.25, training=True), impl.attention(q, k, v)]


T, S, D, DV = between(4, 6), between(6, 8), between(4, 8), between(3, 6)
B, H = between(2, 3), between(2, 4)
ONE = {"q": normal(T, D), "k": normal(S, D), "v": normal(S, DV)}
HEADS = {"q": normal(B, H, T, D), "k": normal(B, H, S, D), "v": normal(B, H, S, DV)}

CASES = [
    Case("one sequence", **ONE, edges=[{T: 1}, {S: 1}]),
    Case("a batch with heads", **HEADS, edges=[{B: 1}, {H: 1}]),
    Case("keys and values shared by all heads", q=normal(B, H, T, D), k=normal(B, 1, S, D), v=normal(B, 1, S, DV)),
    Case(
        "not contiguous",
        q=normal(B, T, H, D).transposed(1, 2),
        k=normal(B, S, H, D).transposed(1, 2),
        v=normal(B, S, H, DV).transposed(1, 2),
    ),
    Case("a given scale", **ONE, scale=between(0.3, 1.2)),
    Case("a scale of 0", **ONE, scale=0.0),
    Case(
        "three axes before the tokens",
        q=normal(2, 1, 3, 4, 6),
        k=normal(2, 1, 3, 2, 6),
        v=normal(2, 1, 3, 2, 9),
        recall=True,
    ),
]

MASKED = [
    Case("one mask for all heads", **HEADS, mask=coin(T, S), edges=[{"mask": None}, {B: 1}, {T: 1}]),
    Case("padding, a mask for each sequence", **HEADS, mask=coin(B, 1, 1, S), edges=[{B: 1}]),
    Case(
        "a query that may attend to nothing",
        **ONE,
        mask=coin(T, S).map(nothing_for_the_second),
        edges=[{"mask": coin(T, S).map(torch.zeros_like)}],
    ),
    Case(
        "hidden keys with the largest scores",
        q=uniform(T, D, low=0.5, high=1.5),
        k=normal(S, D).map(large_at_the_end),
        v=normal(S, DV),
        mask=S.map(first_five),
    ),
    Case(
        "hidden scores that overflow to +inf",
        q=uniform(T, D, low=0.5, high=1.5).map(lambda q: 1e20 * q),
        k=normal(S, D).map(lambda k: torch.cat([1e-20 * k[:5], 1e20 * k[5:].abs()])),
        v=normal(S, DV),
        mask=S.map(first_five),
        dtypes=["float32", "bfloat16"],
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(T, 16, low=-2, high=3).map(alternating(192)),
        k=integers(S, 16, low=-2, high=3).map(starting_with(256)),
        v=normal(S, DV),
        mask=coin(T, S),
    ),
    Case(
        "hidden scores around 12 000, the others around -12 000",
        q=integers(T, 16, low=-2, high=3).map(alternating(192)),
        k=integers(S, 16, low=-2, high=3).map(alternating(256)),
        v=normal(S, DV),
        mask=T.map(those_of_other_sign, S),
    ),
    Case(
        "a mask for each head, more queries than keys",
        q=normal(3, 2, 6, 4),
        k=normal(3, 2, 4, 4),
        v=normal(3, 2, 4, 5),
        mask=coin(2, 6, 4),
        recall=True,
    ),
]

L = between(30, 34)  # some 4000 weights
MANY = {"q": normal(2, 2, L, 8), "k": normal(2, 2, L, 8), "v": normal(2, 2, L, 6)}

# A rate that is always the same, 0.25 or the 0.5 of `F.dropout`, is neither of them.
RATES = [
    Case("a small rate", **MANY, dropout_p=between(0.1, 0.2)),
    Case("a large rate", **MANY, dropout_p=between(0.6, 0.7)),
]


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(T, S).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", **ONE, mask=mask, edges=[{"mask": coin(T, S).map(torch.zeros_like)}]))


@pytest.mark.points(1)
def test_no_dropout_outside_training(check):
    case = Case("outside training", **ONE, dropout_p=0.5, training=False)
    check.values(attend, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", RATES, ids=str)
def test_share_of_weights_that_are_dropped(check, case):
    check.share(weights_in_training, case, expected=the_rate, of=dropped)


@pytest.mark.points(0.5)
def test_each_weight_is_dropped_by_itself(run):
    (_, weights), (_, again) = run(twice_in_training, **MANY)
    dropped = weights == 0
    for axis, name in enumerate(("sequences", "heads", "queries", "keys")):
        assert (dropped != dropped.narrow(axis, 0, 1)).any(), f"all {name} lose the same weights"
    assert not torch.equal(dropped, again == 0), "a second call drops the same weights as the first"


@pytest.mark.points(1)
def test_what_dropout_keeps(run, draw):
    inputs = draw(MANY)
    (out, weights), (_, plain) = run(with_and_without_dropout, **inputs)
    kept = weights != 0
    grown = torch.allclose(weights[kept], plain[kept] / 0.75, rtol=1e-3)
    assert grown, "with dropout_p=0.25 the weights that are kept are not those without dropout, divided by 0.75"
    of_these = torch.allclose(out, weights @ inputs["v"].float(), rtol=1e-2, atol=1e-2)
    assert of_these, "in training the output is not the returned weights times the values"
    run(with_and_without_dropout, **inputs, dtype="bfloat16")  # dropout leaves the dtype as it is
