"""Cross-entropy: targets that are ignored, label smoothing, reductions, and numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, exactly, integers, normal

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


PLAIN = [
    Case("as many tokens as rows", logits=normal(4, 4), target=integers(4, high=4)),
    Case("as many tokens as positions", logits=normal(2, 3, 3), target=integers(2, 3, high=3)),
    Case("the loss of each position", logits=normal(2, 3, 5), target=integers(2, 3, high=5), reduction="none"),
    Case("the sum", logits=normal(2, 3, 5), target=integers(2, 3, high=5), reduction="sum"),
    Case("five sequences of one position", logits=normal(5, 1, 7), target=integers(5, 1, high=7), recall=True),
]

SOME_IGNORED = integers(2, 3, high=5).map(ignoring(-100, 0, 2))

IGNORED = [
    Case("the mean of the others", logits=normal(2, 3, 5), target=SOME_IGNORED),
    Case(
        "the loss of each position",
        logits=normal(2, 3, 5),
        target=integers(2, 3, high=5).map(ignoring(-1, 0, 2)),
        ignore_index=-1,
        reduction="none",
    ),
    Case("padding with token 0", logits=normal(5, 4), target=exactly([3, 0, 1, 0, 2]), ignore_index=0),
    Case("99 is ignored", logits=normal(4, 5), target=exactly([3, 99, 1, 0]), ignore_index=99),
    Case("ignored logits are NaN", logits=normal(3, 5).map(nothing_at_the_second), target=exactly([1, -100, 2])),
    Case("all is ignored", logits=normal(3, 5), target=exactly([-100, -100, -100])),
    Case(
        "longer sequences, smoothed and summed",
        logits=normal(3, 7, 11),
        target=integers(3, 7, high=11).map(ignoring(-100, 0, 8, 20)),
        label_smoothing=0.2,
        reduction="sum",
        recall=True,
    ),
]

EXTREME = [
    # One logit wins by far, so that the order of rounding does not matter.
    Case(
        "10 000 and -10 000",
        logits=exactly([[1e4, -1e4, 0.0], [-1e4, 0.0, 1e4], [1e4, 0.0, -1e4]]),
        target=exactly([1, 2, 1]),
    ),
    Case(
        "a token that is ruled out",
        logits=normal(4, 5).map(rule_out_the_last),
        target=exactly([3, 0, 4, 1]),
        reduction="none",
    ),
]

SMOOTH = Case("the mean, with ignored targets", logits=normal(2, 3, 5), target=SOME_IGNORED, label_smoothing=0.3)

SMOOTH_EACH = Case(
    "the loss of each position", logits=normal(4, 5), target=integers(4, high=5), label_smoothing=0.3, reduction="none"
)

REFUSED = [
    Case(f"the reduction {name}", logits=normal(4, 5), target=integers(4, high=5), reduction=name)
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
