"""Trials: runs of a scenario, described so that they can be repeated on anything: reference, mistake, submission."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cloudpickle
import torch
from torch import Tensor

from kata.execution.nested import tensors
from kata.execution.protocol import pack
from kata.execution.scenario import Observe, Outcome, Scenario, raw
from kata.judge.agreement import RULE, Marks
from kata.judge.statistics import Statistic

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Cost:
    """The costs that a run may have: operator calls and flops as multiples of the reference's, the largest tensor."""

    calls: float | None = None
    flops: float | None = None
    largest: int | None = None


@dataclass(frozen=True)
class Trial:
    """A run of a scenario, described so that it can be repeated on anything: the reference, a mistake, a submission.

    `place` says where in the grader it is, and so fixes the inputs, unless these may come from earlier results of the
    submission: then `digest` tells them apart.
    """

    place: tuple[Any, ...]
    scenario: Scenario
    inputs: dict[str, Any]
    seed: int
    dtype: torch.dtype
    with_gradients: bool = False
    cost: Cost | None = None
    marks: Marks = RULE  # what is asked of its numbers
    statistic: Statistic | None = None  # what is looked at in many calls, in place of the result of one
    observed: bool = True  # whether the rules about operators are looked after
    digest: int = 0
    earlier: tuple[dict[str, Any], ...] = ()  # changes to the inputs with which an implementation is called before

    @property
    def key(self) -> tuple[Any, ...]:
        """A key of the inputs, by which what is expected of them is worked out once for a whole class."""
        return (*self.place, self.digest)

    @property
    def device(self) -> torch.device:
        """The device of its inputs. Without a tensor among them, an implementation cannot tell any device."""
        return next((leaf.device for _, leaf in tensors(self.inputs)), CPU)


@dataclass(frozen=True)
class Expected:
    """The reference's outcome in float64 on the CPU, and at the dtype and device of the run.

    Of a statistic: what is expected and of how many calls, and the tally of the reference's own.
    """

    truth: Outcome
    ours: Outcome
    request: Request  # the same for a submission


@dataclass(frozen=True)
class Request:
    """A request to a submission to run a scenario. It is packed once, however many submissions are asked."""

    scenario: Scenario
    inputs: dict[str, Any]
    device: str
    seed: int
    cotangents: list[Tensor] | None
    observe: Observe
    earlier: tuple[dict[str, Any], ...] = ()  # changes to the inputs with which it is called before that

    @cached_property
    def frame(self) -> bytes:
        fields = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        return pack({"op": "run", **fields, "scenario": cloudpickle.dumps(self.scenario)})

    @cached_property
    def before(self) -> dict[str, bytes]:
        """The inputs as they are before the call, to the last bit."""
        return raw(self.inputs)
