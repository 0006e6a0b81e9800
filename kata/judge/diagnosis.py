"""The diagnosis: the known mistake that gives the same results as the submission, on the same inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import Tensor

from kata.course.answers import Variant
from kata.execution.scenario import Outcome, Raised
from kata.judge.agreement import OF_GRADIENTS, same
from kata.judge.cases import cast
from kata.judge.comparison import check_outcome
from kata.judge.reference import Reference
from kata.judge.sketch import sketched
from kata.judge.statistics import same_draws
from kata.judge.trial import CPU, Trial
from kata.verdict import Wrong


def matching_mistakes(
    reference: Reference, mistakes: Iterable[Variant], seen: Iterable[tuple[Trial, Outcome]]
) -> list[Variant]:
    """Find those of the known mistakes with the same outcome in all of these trials, and a wrong one in at least one."""
    given = [_Given(trial, outcome) for trial, outcome in seen]
    return [
        mistake
        for mistake in mistakes
        if all(_same_outcome(reference, reference.mistaken(mistake, one.trial), one) for one in given)
        and not all(mistake_is_right(reference, mistake, one.trial) for one in given)
    ]


@dataclass(frozen=True)
class _Given:
    """What came of a trial, to be compared with what many mistakes give in it."""

    trial: Trial
    outcome: Outcome

    @cached_property
    def sketch(self) -> Outcome:
        return sketched(self.outcome)


def mistake_is_right(reference: Reference, mistake: Variant, trial: Trial) -> bool:
    """Tell whether a known mistake does no harm in this trial. The answer is worked out once for a whole class."""
    key = (mistake.name, *trial.key)
    if key not in reference.harmless:
        outcome = reference.mistaken(mistake, trial)
        reference.harmless[key] = outcome is not None and is_right(reference, trial, outcome)
    return reference.harmless[key]


def is_right(reference: Reference, trial: Trial, outcome: Outcome) -> bool:
    expected = reference.expected(trial)
    truth, ours = expected.truth, expected.ours
    drawn = trial.digest and not same(ours.outputs, cast(truth.outputs, trial.dtype, CPU), trial.dtype)
    if drawn and trial.device != CPU:
        # At random, which each device does in its own way: what the CPU drew is no measure for this one.
        return _same_outcome(reference, ours, _Given(trial, outcome))
    try:
        check_outcome(reference, trial, outcome)
    except Wrong:
        return False
    return True


def _same_outcome(reference: Reference, one: Outcome | None, given: _Given) -> bool:
    if one is None:
        return False  # not known, and so never a name for what the submission gave
    trial, other = given.trial, given.outcome
    if one.raised or other.raised:
        wanted = reference.expected(trial).ours.raised
        return one.changed == other.changed and _same_exception(one.raised, other.raised, wanted)
    form = [outcome.outputs["form"] if trial.statistic else outcome.outputs for outcome in (one, other)]
    if not (_may_agree(*form) and _may_agree(one.gradients, other.gradients)):
        return False
    one, other = sketched(one), given.sketch
    if trial.statistic:
        return one.changed == other.changed and same_draws(trial.statistic, one.outputs, other.outputs)
    return (
        same(one.outputs, other.outputs, trial.dtype, trial.marks)
        and one.changed == other.changed
        and same(one.gradients, other.gradients, trial.dtype, OF_GRADIENTS)
        and (trial.cost is None or _costs(one) == _costs(other))
    )


def _same_exception(one: Raised | None, other: Raised | None, wanted: Raised | None) -> bool:
    """Tell whether both are raised, and are the same. One that is asked for may say whatever it likes."""
    if one is None or other is None:
        return False
    return same_error(one, other) or (wanted is not None and one.type == other.type == wanted.type)


def _may_agree(one: Any, other: Any) -> bool:
    """Compare kinds and sizes, where `one` may be a sketch: what a submission made large is not to be summed up in vain."""
    if isinstance(other, Tensor):
        if isinstance(one, Tensor):
            return one.shape == other.shape and one.dtype == other.dtype
        return isinstance(one, dict) and one.get("shape") == list(other.shape)
    if isinstance(one, Tensor):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_may_agree, one, other))
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return all(_may_agree(one[key], other[key]) for key in one)
    return True


def same_error(one: Raised, other: Raised) -> bool:
    if other.lost_the_card:  # the words are the driver's then; a mistake's are those of the CPU
        return one.out_of_range and other.out_of_range
    return (one.type, one.message) == (other.type, other.message)


def _costs(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.calls, outcome.largest, outcome.flops
