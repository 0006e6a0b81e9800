"""Scaled dot-product attention: any leading axes, masks, gradients, and dropout on the weights."""

import pytest
import torch

from kata.grading import (
    Case,
    between,
    coin,
    exactly,
    integers,
    large_at_the_end,
    normal,
    nothing_for_the_second,
    starting_with,
    uniform,
)

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention"])


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


CASES = [
    Case("one sequence", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6)),
    Case("a batch with heads", q=normal(2, 3, 5, 8), k=normal(2, 3, 7, 8), v=normal(2, 3, 7, 6)),
    Case("keys and values shared by all heads", q=normal(2, 3, 5, 8), k=normal(2, 1, 7, 8), v=normal(2, 1, 7, 6)),
    Case(
        "not contiguous",
        q=normal(2, 5, 3, 8).transposed(1, 2),
        k=normal(2, 7, 3, 8).transposed(1, 2),
        v=normal(2, 7, 3, 6).transposed(1, 2),
    ),
    Case("a given scale", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), scale=0.7),
    Case("a scale of 0", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), scale=0.0),
    Case(
        "three axes before the tokens",
        q=normal(2, 1, 3, 4, 6),
        k=normal(2, 1, 3, 2, 6),
        v=normal(2, 1, 3, 2, 9),
        recall=True,
    ),
]

MASKED = [
    Case(
        "one mask for all heads",
        q=normal(2, 3, 5, 8),
        k=normal(2, 3, 7, 8),
        v=normal(2, 3, 7, 6),
        mask=coin(5, 7),
    ),
    Case(
        "padding, a mask for each sequence",
        q=normal(2, 3, 5, 8),
        k=normal(2, 3, 7, 8),
        v=normal(2, 3, 7, 6),
        mask=coin(2, 1, 1, 7),
    ),
    Case(
        "a query that may attend to nothing",
        q=normal(5, 8),
        k=normal(7, 8),
        v=normal(7, 6),
        mask=coin(5, 7).map(nothing_for_the_second),
    ),
    Case(
        "hidden keys with the largest scores",
        q=uniform(5, 8, low=0.5, high=1.5),
        k=normal(7, 8).map(large_at_the_end),
        v=normal(7, 6),
        mask=exactly([[True] * 5 + [False] * 2]),
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(4, 16, low=-2, high=3).map(starting_with(192, -192, 192, -192)),
        k=integers(7, 16, low=-2, high=3).map(starting_with(256)),
        v=normal(7, 6),
        mask=coin(4, 7),
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

MANY = {"q": normal(2, 2, 32, 8), "k": normal(2, 2, 32, 8), "v": normal(2, 2, 32, 6)}  # 4096 weights

# A rate that is always the same, 0.25 or the 0.5 of `F.dropout`, is neither of them.
RATES = [
    Case("a small rate", **MANY, dropout_p=between(0.1, 0.2)),
    Case("a large rate", **MANY, dropout_p=between(0.6, 0.7)),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(5, 7).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), mask=mask))


@pytest.mark.points(1)
def test_no_dropout_outside_training(check):
    case = Case("outside training", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), dropout_p=0.5, training=False)
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
    inputs = {name: draw(recipe) for name, recipe in MANY.items()}
    (out, weights), (_, plain) = run(with_and_without_dropout, **inputs)
    kept = weights != 0
    grown = torch.allclose(weights[kept], plain[kept] / 0.75, rtol=1e-3)
    assert grown, "with dropout_p=0.25 the weights that are kept are not those without dropout, divided by 0.75"
    of_these = torch.allclose(out, weights @ inputs["v"].float(), rtol=1e-2, atol=1e-2)
    assert of_these, "in training the output is not the returned weights times the values"
    run(with_and_without_dropout, **inputs, dtype="bfloat16")  # dropout leaves the dtype as it is
