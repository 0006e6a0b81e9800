"""Comparing an outcome with what is expected: exception, result, device, untouched inputs, gradients, cost."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from kata.execution.scenario import Outcome
from kata.execution.settings import SETTINGS
from kata.judge.agreement import OF_GRADIENTS, check_agreement
from kata.judge.reference import Reference
from kata.judge.statistics import check_draws
from kata.judge.trial import Cost, Trial
from kata.verdict import Wrong

HALF = (torch.float16, torch.bfloat16)


def check_outcome(reference: Reference, trial: Trial, outcome: Outcome) -> None:
    """Compare an outcome with what is expected: exception, result, device, untouched inputs and settings, gradients.

    Raises:
        Wrong: the first disagreement.
    """
    expected = reference.expected(trial)
    truth, ours = expected.truth, expected.ours
    if ours.raised:
        _check_raised(outcome, ours.raised.type)
        return check_settings(outcome, ours)
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
        if name not in SETTINGS and name not in ours.changed:
            raise Wrong(f"`{name}` was changed by the call; leave the arguments as they are")
    check_settings(outcome, ours)
    if ours.gradients is not None and truth.gradients is not None:
        largest = max(
            (g.abs().max().item() for g in truth.gradients.values() if g is not None and g.numel()), default=0.0
        )
        for name, gradient in ours.gradients.items():
            _check_gradient(outcome, name, truth.gradients[name], gradient, trial.dtype, largest)
    if trial.cost:
        _check_cost(outcome, ours, trial.cost)


def check_settings(outcome: Outcome, ours: Outcome) -> None:
    """Check that torch's settings are left as they were, where the reference leaves them so; raise Wrong if not."""
    for name in outcome.changed:
        if name in SETTINGS and name not in ours.changed:
            raise Wrong(
                f"`{name}` is no longer what it was before the call; put back what you change, also where you raise an error"
            )


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
    """Compare the gradient of one input. If it is zero but for rounding, the `largest` of all is its scale.

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
