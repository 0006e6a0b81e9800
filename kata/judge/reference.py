"""What is right: the reference at the dtype of a run, the same in float64, and the known mistakes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from kata.cases import cast
from kata.course import Exercise
from kata.errors import JudgeError
from kata.judge.submission import Request, load_module
from kata.scenario import Implementation, Observe, Outcome, Scenario, execute
from kata.solution import Variant
from kata.tree import map_tensors, tensors

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Cost:
    """What a run may cost: operator calls and flops as multiples of the reference's, the largest tensor in numbers."""

    calls: float | None = None
    flops: float | None = None
    largest: int | None = None


@dataclass(frozen=True)
class Trial:
    """One run of a scenario, so described that it can be repeated on anything: the reference, a mistake, a submission.

    `key` names the inputs, so that what is expected of them is worked out once for a whole class.
    """

    key: tuple[Any, ...]
    scenario: Scenario
    inputs: dict[str, Any]
    seed: int
    dtype: torch.dtype
    with_gradients: bool = False
    cost: Cost | None = None
    observed: bool = True  # whether the rules about operators are looked after


@dataclass(frozen=True)
class Expected:
    """The reference's outcome in float64 on the CPU, and at the dtype and device of the run."""

    truth: Outcome
    ours: Outcome
    request: Request  # the same for a submission


class Reference:
    """An exercise's reference solution and known mistakes, in the judge's own process."""

    def __init__(self, exercise: Exercise, mistakes: list[Variant], *, observe: Observe):
        """`observe` says what to note of every run of a submission."""
        self.exercise = exercise
        self.mistakes = mistakes
        self.observe = observe
        self._trials: dict[tuple[Any, ...], Trial] = {}
        self.source = read_solution(exercise)
        self.implementation = self._load(self.source)
        self._expected: dict[tuple[Any, ...], Expected] = {}
        self._modules: dict[str, Implementation] = {}
        self._outcomes: dict[tuple[Any, ...], Outcome] = {}
        self.harmless: dict[tuple[Any, ...], bool] = {}  # (mistake, trial): what the diagnosis has found

    def trial(self, key: tuple[Any, ...], make: Callable[[], Trial]) -> Trial:
        """The trial of this key, made at its first use."""
        if key not in self._trials:
            self._trials[key] = make()
        return self._trials[key]

    def expected(self, trial: Trial) -> Expected:
        """What the reference gives."""
        if trial.key not in self._expected:
            self._expected[trial.key] = self._work_out(trial)
        return self._expected[trial.key]

    def mistaken(self, mistake: Variant, trial: Trial) -> Outcome:
        """What a known mistake gives."""
        key = (mistake.name, *trial.key)
        if key not in self._outcomes:
            if mistake.name not in self._modules:
                self._modules[mistake.name] = self._load(mistake.of(self.source))
            cotangents = self.expected(trial).request.cotangents
            self._outcomes[key] = self._run(self._modules[mistake.name], trial, trial.inputs, cotangents)
        return self._outcomes[key]

    def run_again(self, trial: Trial) -> Outcome:
        """Run the reference once more, to see how long it takes."""
        return self._run(self.implementation, trial, trial.inputs, None)

    def _work_out(self, trial: Trial) -> Expected:
        exact_inputs = cast(trial.inputs, torch.float64, CPU)
        cotangents = None
        if trial.with_gradients:
            result = self._run(self.implementation, trial, exact_inputs, None).outputs
            cotangents = _draw_cotangents(result, trial)
        truth = self._run(self.implementation, trial, exact_inputs, cotangents)
        ours = self._run(self.implementation, trial, trial.inputs, cotangents)
        observe: Observe = "costs" if trial.cost else self.observe if trial.observed else ""
        return Expected(truth, ours, Request(trial.scenario, trial.inputs, trial.seed, cotangents, observe))

    def _run(
        self, impl: Implementation, trial: Trial, inputs: dict[str, Any], cotangents: list[Tensor] | None
    ) -> Outcome:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one would show the line of the solution that it comes from
            outcome = execute(
                impl,
                trial.scenario,
                inputs,
                seed=trial.seed,
                cotangents=cotangents,
                observe="costs" if trial.cost else "",
                file=str(self.exercise.solution),
            )
        outcome.outputs = map_tensors(lambda t: t.detach().to(CPU), outcome.outputs)
        return outcome

    def _load(self, source: str) -> Implementation:
        try:
            return load_module(source, str(self.exercise.solution))
        except Exception as error:
            raise JudgeError(f"{self.exercise.solution} does not import: {type(error).__name__}: {error}") from None


def read_solution(exercise: Exercise) -> str:
    """The text of the reference solution.

    Raises:
        JudgeError: there is none.
    """
    try:
        return exercise.solution.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise JudgeError(f"{exercise.solution} is missing, so {exercise} cannot be judged. Restore it.") from None


def _draw_cotangents(result: Any, trial: Trial) -> list[Tensor]:
    generator = Generator().manual_seed(trial.seed)
    floats = [leaf for _, leaf in tensors(result) if leaf.is_floating_point()]
    return [torch.randn(leaf.shape, generator=generator, dtype=torch.float64).to(trial.dtype) for leaf in floats]
