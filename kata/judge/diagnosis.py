"""Which known mistake gives what the submission gave, on the same inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor

from kata.agreement import OF_GRADIENTS, check_agreement, same
from kata.answers import Variant
from kata.cases import cast
from kata.judge.reference import CPU, Cost, Reference, Trial
from kata.judge.sketch import sketched
from kata.judge.statistics import check_draws, same_draws
from kata.scenario import Outcome, Raised
from kata.verdict import Wrong

HALF = (torch.float16, torch.bfloat16)


def matching_mistakes(reference: Reference, seen: Iterable[tuple[Trial, Outcome]]) -> list[Variant]:
    """The known mistakes that gave the same outcome in every one of these trials, and a wrong one in at least one."""
    seen = list(seen)
    return [
        mistake
        for mistake in reference.mistakes
        if all(_same_outcome(reference.mistaken(mistake, trial), outcome, trial) for trial, outcome in seen)
        and not all(mistake_is_right(reference, mistake, trial) for trial, _ in seen)
    ]


def mistake_is_right(reference: Reference, mistake: Variant, trial: Trial) -> bool:
    """Whether a known mistake does no harm in this trial. Worked out once for a whole class."""
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
        return _same_outcome(ours, outcome, trial)
    try:
        check_outcome(reference, trial, outcome)
    except Wrong:
        return False
    return True


def check_outcome(reference: Reference, trial: Trial, outcome: Outcome) -> None:
    """Compare an outcome with what is expected: exception, result, device, untouched inputs, gradients.

    Raises:
        Wrong: the first disagreement.
    """
    expected = reference.expected(trial)
    truth, ours = expected.truth, expected.ours
    if ours.raised:
        return _check_raised(outcome, ours.raised.type)
    if outcome.raised:
        raise Wrong(f"raises {outcome.raised.type}")
    if trial.statistic:
        check_draws(trial.statistic, outcome.outputs, truth.outputs["expected"], ours.outputs["form"])
    else:
        check_agreement(outcome.outputs, truth.outputs, ours.outputs, trial.dtype, marks=trial.marks)
    for actual, wanted in zip(outcome.devices, ours.devices, strict=False):
        if actual != wanted:
            raise Wrong(f"the result is on {actual}, expected {wanted}")
    for name in outcome.changed:
        if name not in ours.changed:
            raise Wrong(f"`{name}` was changed by the call; leave the arguments as they are")
    if ours.gradients is not None and truth.gradients is not None:
        largest = max(
            (g.abs().max().item() for g in truth.gradients.values() if g is not None and g.numel()), default=0.0
        )
        for name, gradient in ours.gradients.items():
            _check_gradient(outcome, name, truth.gradients[name], gradient, trial.dtype, largest)
    if trial.cost:
        _check_cost(outcome, ours, trial.cost)


def _check_cost(outcome: Outcome, ours: Outcome, cost: Cost) -> None:
    if cost.largest is not None and outcome.largest > cost.largest:
        raise Wrong(f"makes a tensor of {outcome.largest:,} numbers on the way; here {cost.largest:,} are enough")
    for what, limit, took, takes in (
        ("torch operations", cost.calls, outcome.calls, ours.calls),
        ("multiplications and additions", cost.flops, outcome.flops, ours.flops),
    ):
        if limit is not None and took > limit * takes:
            times = f"{took / takes:.3g} times" if takes else "beyond"
            raise Wrong(f"takes {took:,} {what}, {times} what the reference takes; the limit is {limit:.3g} times")


def _check_raised(outcome: Outcome, wanted: str) -> None:
    if outcome.raised is None:
        raise Wrong(f"accepts this input, which should raise {wanted}")
    if wanted not in outcome.raised.bases or not outcome.raised.entered:
        raise Wrong(f"raises {outcome.raised.type}, where it should raise {wanted}")


def _check_gradient(
    outcome: Outcome, name: str, truth: Tensor | None, ours: Tensor | None, dtype: torch.dtype, largest: float
) -> None:
    """Compare the gradient of one input. One that is zero but for rounding is measured by the `largest` of all.

    No gradient and a gradient of zeros are one and the same to whoever uses them.
    """
    actual = (outcome.gradients or {}).get(name)
    there = next((value for value in (ours, actual, truth) if value is not None), None)
    if there is None:
        return
    a, t, r = (torch.zeros_like(there) if value is None else value for value in (actual, truth, ours))
    marks = replace(OF_GRADIENTS, each=dtype not in HALF)
    try:
        check_agreement(a, t, r, dtype, f"the gradient of `{name}`", scale=largest, marks=marks)
    except Wrong as wrong:
        if actual is None:
            raise Wrong(f"no gradient reaches `{name}`") from None
        if ours is None:
            raise Wrong(f"a gradient reaches `{name}`, where there should be none") from None
        raise wrong from None


def _same_outcome(one: Outcome | None, other: Outcome, trial: Trial) -> bool:
    if one is None:
        return False  # not known, and so never a name for what the submission gave
    if one.raised or other.raised:
        return one.raised is not None and other.raised is not None and same_error(one.raised, other.raised)
    one, other = sketched(one), sketched(other)
    if trial.statistic:
        return one.changed == other.changed and same_draws(trial.statistic, one.outputs, other.outputs)
    return (
        same(one.outputs, other.outputs, trial.dtype, trial.marks)
        and one.changed == other.changed
        and same(one.gradients, other.gradients, trial.dtype, OF_GRADIENTS)
        and (trial.cost is None or _costs(one) == _costs(other))
    )


def same_error(one: Raised, other: Raised) -> bool:
    if other.lost_the_card:  # the words are the driver's then; a mistake's are those of the CPU
        return one.out_of_range and other.out_of_range
    return (one.type, one.message) == (other.type, other.message)


def _costs(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.calls, outcome.largest, outcome.flops
