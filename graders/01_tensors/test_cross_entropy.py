"""Cross-entropy: targets that are ignored, label smoothing, reductions, and numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, between, integers, normal, once

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["cross_entropy"])


def loss(impl, logits, target, **options):
    return impl.cross_entropy(logits, target, **options)


def ignoring(index, *places):
    def mark(target):
        return target.flatten().scatter(0, torch.tensor(places), index).view_as(target)

    return mark


def rule_out_the_last(logits):
    return torch.cat([logits[..., :-1], torch.full_like(logits[..., -1:], -math.inf)], dim=-1)


def nothing_at_the_second(logits):
    return torch.cat([logits[:1], torch.full_like(logits[1:2], math.nan), logits[2:]])


B, T, V = between(2, 4), between(3, 5), between(5, 8)
LOGITS, TARGET = normal(B, T, V), integers(B, T, high=V)

PLAIN = [
    Case("as many tokens as rows", logits=normal(V, V), target=integers(V, high=V)),
    Case("as many tokens as positions", logits=normal(B, T, T), target=integers(B, T, high=T)),
    Case("the loss of each position", logits=LOGITS, target=TARGET, reduction="none", edges=[{B: 1}, {T: 1}]),
    Case("the sum", logits=LOGITS, target=TARGET, reduction="sum", edges=[{B: 1}]),
    Case("five sequences of one position", logits=normal(5, 1, 9), target=integers(5, 1, high=9), recall=True),
]

SOME_IGNORED = TARGET.map(ignoring(-100, 0, 2))

IGNORED = [
    Case("the mean of the others", logits=LOGITS, target=SOME_IGNORED, edges=[{B: 1}]),
    Case(
        "the loss of each position",
        logits=LOGITS,
        target=TARGET.map(ignoring(-1, 0, 2)),
        ignore_index=-1,
        reduction="none",
    ),
    Case("padding with token 0", logits=normal(T, V), target=integers(T, high=V).map(ignoring(0, 1)), ignore_index=0),
    Case("99 is ignored", logits=normal(T, V), target=integers(T, high=V).map(ignoring(99, 1)), ignore_index=99),
    Case(
        "ignored logits are NaN",
        logits=normal(T, V).map(nothing_at_the_second),
        target=integers(T, high=V).map(ignoring(-100, 1)),
    ),
    Case("all is ignored", logits=normal(T, V), target=integers(T, high=V).map(lambda t: t.fill_(-100))),
    Case(
        "longer sequences, smoothed and summed",
        logits=normal(3, 7, 11),
        target=integers(3, 7, high=11).map(ignoring(-100, 0, 8, 20)),
        label_smoothing=0.2,
        reduction="sum",
        recall=True,
    ),
]


def far_apart(x):
    # One logit wins by far, so that the order of rounding does not matter.
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


def the_largest_or_another(logits):
    """The place of the largest in the first row, and another in the others."""
    return (logits.argmax(-1) + (torch.arange(len(logits)) > 0)) % logits.shape[-1]


THREE = once(normal(T, 3).map(far_apart))

EXTREME = [
    Case("10 000 and -10 000", logits=THREE, target=THREE.map(the_largest_or_another)),
    Case(
        "a token that is ruled out",
        logits=normal(T, V).map(rule_out_the_last),
        target=integers(T - 1, high=V - 1).map(lambda t, last: torch.cat([t, torch.tensor([last])]), V - 1),
        reduction="none",
    ),
]

SMOOTH = Case("the mean, with ignored targets", logits=LOGITS, target=SOME_IGNORED, label_smoothing=between(0.2, 0.4))

SMOOTH_EACH = Case(
    "the loss of each position",
    logits=normal(T, V),
    target=integers(T, high=V),
    label_smoothing=between(0.2, 0.4),
    reduction="none",
)

REFUSED = [
    Case(f"the reduction {name}", logits=normal(T, V), target=integers(T, high=V), reduction=name)
    for name in ("average", "total")
]


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", IGNORED, ids=str)
def test_ignored_targets(check, case):
    check.values(loss, case)


@pytest.mark.points(2)
def test_label_smoothing_and_its_gradients(check):
    check.gradients(loss, SMOOTH)


@pytest.mark.points(1)
def test_label_smoothing_of_each_position(check):
    check.values(loss, SMOOTH_EACH)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EXTREME, ids=str)
def test_extreme_logits(check, case):
    check.gradients(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_other_reductions_are_refused(check, case):
    check.raises(ValueError, loss, case)
