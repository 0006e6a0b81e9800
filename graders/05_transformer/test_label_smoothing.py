"""Label smoothing over all tokens but two, as a divergence: padding, its token, zeros in q, and numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, between, in_float64, integers, normal, once

# float64 has a test of its own: who makes q in float32 loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["losses"], dtypes=["float32", "float16", "bfloat16"])

# In half precision a gradient is a difference of two probabilities, and mostly rounding.
EXACT = ["float32"]


def loss(impl, logits, target, **options):
    return impl.label_smoothing_loss(logits, target, **options)


def learn(impl, logits, target, **options):
    logits.requires_grad_()
    value = loss(impl, logits, target, **options)
    value.backward()
    return {"loss": value.detach(), "gradient": logits.grad}


def padded(target, pad_id, *places):
    """Padding in these places, and nowhere else."""
    flat = target.flatten()
    flat = torch.where(flat == pad_id, pad_id + 1 if pad_id == 0 else pad_id - 1, flat)
    return flat.scatter(0, torch.tensor(places, dtype=torch.int64), pad_id).view_as(target)


def nothing_at_the_second(logits):
    return logits.index_fill(0, torch.tensor(1), math.nan)


def rule_out(logits, token):
    return logits.index_fill(-1, torch.tensor(token), -math.inf)


def rule_out_the_first_two(logits):
    return logits.index_fill(-1, torch.tensor([0, 1]), -math.inf)


def far_apart(x):
    # Another logit wins by far in each row, so that the order of rounding does not matter.
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


B, T, V = between(2, 4), between(4, 6), between(5, 8)
E, PAD = between(0.15, 0.4), between(1, 4)
LOGITS, TARGET = normal(B, T, V), integers(B, T, high=V)
NONE, SOME = TARGET.map(padded, 0), TARGET.map(padded, 0, 1, 2, T)

PLAIN = [
    Case("no padding", logits=LOGITS, target=NONE, smoothing=E, edges=[{B: 1}]),
    Case("rows, as many as tokens", logits=normal(V, V), target=integers(V, high=V).map(padded, 0), smoothing=E),
    Case("as many tokens as positions", logits=normal(B, T, T), target=integers(B, T, high=T).map(padded, 0)),
    Case("three tokens", logits=normal(T, 3), target=integers(T, high=3).map(padded, 0), smoothing=E),
    Case("longer sequences", logits=normal(3, 7, 11), target=integers(3, 7, high=11), smoothing=0.3, recall=True),
]

PADDED = [
    Case("some padding", logits=LOGITS, target=SOME, smoothing=E),
    Case("another padding token", logits=LOGITS, target=TARGET.map(padded, PAD, 0, T), smoothing=E, pad_id=PAD),
    Case(
        "the logits of padding are NaN",
        logits=normal(T, V).map(nothing_at_the_second),
        target=integers(T, high=V).map(padded, 0, 1),
        smoothing=E,
    ),
    Case("rows with padding", logits=normal(9, 10), target=integers(9, high=10), smoothing=0.2, pad_id=9, recall=True),
]

THREE = once(normal(T, 4).map(far_apart))

BACKWARD = [
    Case("some smoothing", logits=LOGITS, target=SOME, smoothing=E, dtypes=EXACT),
    Case("no smoothing", logits=LOGITS, target=SOME, smoothing=0.0, dtypes=EXACT),
    Case(
        "the padding token is ruled out",
        logits=normal(T, V).map(rule_out, PAD),
        target=integers(T, high=V).map(padded, PAD, 0),
        smoothing=E,
        pad_id=PAD,
        dtypes=EXACT,
    ),
    Case(
        "no smoothing, two tokens ruled out",
        logits=normal(T, V).map(rule_out_the_first_two),
        target=integers(T, low=2, high=V),
        smoothing=0.0,
        dtypes=EXACT,
    ),
    Case("10 000 and -10 000", logits=THREE, target=integers(T, high=4).map(padded, 0), smoothing=E, dtypes=EXACT),
]


@pytest.mark.points(5.5)
@pytest.mark.parametrize("case", [*PLAIN, *PADDED], ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([PLAIN[0], PADDED[0]]):
        check.values(loss, case)


@pytest.mark.points(1)
def test_nothing_but_padding(check):
    case = Case("nothing but padding", logits=LOGITS, target=TARGET.map(torch.zeros_like), smoothing=E, dtypes=EXACT)
    check.values(loss, case)
    check.values(learn, case)
    nan = LOGITS.map(lambda x: torch.full_like(x, math.nan))
    all_nan = Case("nothing but padding, with NaN", logits=nan, target=TARGET.map(torch.zeros_like), dtypes=EXACT)
    check.values(learn, all_nan)
    nan, target = normal(T, V).map(nothing_at_the_second), integers(T, high=V).map(padded, 0, 1)
    check.values(learn, Case("gradients where padding is NaN", logits=nan, target=target, smoothing=E, dtypes=EXACT))


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", BACKWARD, ids=str)
def test_gradients(check, case):
    check.gradients(loss, case)
