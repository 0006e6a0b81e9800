"""The loss of the next token: the shift by one, padding on either side, and nothing to learn from."""

import math

import pytest
import torch

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def loss(impl, logits, input_ids, **mask):
    return impl.causal_lm_loss(logits, input_ids, **mask)


def loss_also_of_nothing(impl, logits, input_ids, attention_mask):
    """The loss, that of the same batch as if all were padding, and whether `backward` can be called on the latter."""
    of_nothing = impl.causal_lm_loss(logits, input_ids, torch.zeros_like(attention_mask))
    return impl.causal_lm_loss(logits, input_ids, attention_mask), of_nothing, of_nothing.requires_grad


def real_at_the_start(places):
    """From a row to the next one token less is real, down to a single one, and then all of them again."""
    rows, width = places.shape
    hidden = (torch.arange(rows) + places[0, 0] % (width - 2)) % width
    return (torch.arange(width) < width - hidden[:, None]).long()


def real_at_the_end(places):
    return real_at_the_start(places).flip(1)


def on_either_side(places):
    """The first row is padded at the start, the second at the end, the third not."""
    mask = real_at_the_start(places)
    return torch.stack([mask[1].flip(0), mask[2], mask[0]])


def one_row_is_padding(mask):
    return torch.cat([mask, torch.zeros_like(mask[:1])])


def spoil(logits, mask):
    """NaN in the logits that count for nothing: at the end of each row, at padding, and right before it."""
    counts = torch.cat([mask[:, :-1] & mask[:, 1:], torch.zeros_like(mask[:, :1])], dim=1).bool()
    return logits.masked_fill(~counts[..., None], math.nan)


def far_apart(x):
    """10 000, 0 and -10 000 in any order."""
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


# B is never T, and V neither.
B, T, V = between(3, 4), between(5, 6), between(7, 9)
LOGITS, IDS, PLACES = normal(B, T, V, std=2.0), integers(B, T, high=V), integers(B, T, high=V)
THREE_ROWS = {"logits": normal(3, T, V, std=2.0), "input_ids": integers(3, T, high=V)}
ROWS_AND_ONE = {"logits": normal(B + 1, T, V), "input_ids": integers(B + 1, T, high=V)}
ALL_REAL = {"logits": LOGITS, "input_ids": IDS, "attention_mask": PLACES.map(torch.ones_like)}
RIGHT, LEFT = once(PLACES.map(real_at_the_start)), once(PLACES.map(real_at_the_end))

PLAIN = [
    Case("all tokens are real", logits=LOGITS, input_ids=IDS, edges=[{B: 1}, {B: 1, T: 2}, {V: 1}]),
    Case("a mask that hides nothing", **ALL_REAL, edges=[{"attention_mask": None}]),
    Case("five long sequences", logits=normal(5, 10, 6), input_ids=integers(5, 10, high=6), recall=True),
]

PADDED = [
    Case("padding at the end", logits=LOGITS, input_ids=IDS, attention_mask=RIGHT),
    Case("a boolean mask", logits=LOGITS, input_ids=IDS, attention_mask=PLACES.map(lambda x: real_at_the_start(x) > 0)),
    Case("a row of padding", **ROWS_AND_ONE, attention_mask=PLACES.map(real_at_the_start).map(one_row_is_padding)),
    Case(
        "eleven tokens, padded at the end",
        logits=normal(4, 11, 5),
        input_ids=integers(4, 11, high=5),
        attention_mask=integers(4, 11, high=2).map(real_at_the_start),
        recall=True,
    ),
]

LEFT_PADDED = [
    Case("padding at the beginning", logits=LOGITS, input_ids=IDS, attention_mask=LEFT),
    Case("rows padded on either side", **THREE_ROWS, attention_mask=integers(3, T, high=V).map(on_either_side)),
]

SPOILED = [
    Case(
        "the last logits",
        logits=LOGITS.map(lambda x: spoil(x, torch.ones(x.shape[:2]).long())),
        input_ids=IDS,
        attention_mask=PLACES.map(torch.ones_like),
    ),
    Case(
        "logits at padding",
        logits=LOGITS.map(spoil, RIGHT),
        input_ids=IDS,
        attention_mask=RIGHT,
        edges=[{"logits": LOGITS.map(torch.full_like, math.nan), "attention_mask": PLACES.map(torch.zeros_like)}],
    ),
]

NOTHING = [
    Case(
        "sequences of one token",
        loss,
        logits=normal(B, 1, V),
        input_ids=integers(B, 1, high=V),
        attention_mask=integers(B, 1, low=1, high=2),
    ),
    Case("a batch of padding", loss, logits=LOGITS, input_ids=IDS, attention_mask=PLACES.map(torch.zeros_like)),
    Case("backward from nothing", loss_also_of_nothing, logits=LOGITS, input_ids=IDS, attention_mask=RIGHT),
]

GRADIENTS = [
    Case("with padding", logits=LOGITS, input_ids=IDS, attention_mask=RIGHT),
    Case(
        "logits of 10 000",
        logits=normal(B, T, 3).map(far_apart),
        input_ids=integers(B, T, high=3),
        attention_mask=RIGHT,
        dtypes=["float32", "float64", "bfloat16"],  # the sum of these losses is too large for float16
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(check, case):
    check.values(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", LEFT_PADDED, ids=str)
def test_padding_at_the_beginning(check, case):
    check.values(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", SPOILED, ids=str)
def test_logits_that_count_for_nothing_are_nan(check, case):
    check.values(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NOTHING, ids=str)
def test_nothing_to_learn_from(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(loss, case)
