"""The reference at the dtype of a run, the same in float64, and the known mistakes."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Generator, Tensor

from kata.course import Exercise
from kata.course.answers import Variant
from kata.errors import JudgeError
from kata.execution.nested import tensors
from kata.execution.scenario import Implementation, Observe, Outcome, execute_here, on_the_cpu_first
from kata.execution.settings import recursion_limit_kept
from kata.judge.cases import cast
from kata.judge.statistics import Statistic, expectation, number_of_calls, repeated, tallied
from kata.judge.trial import CPU, Expected, Request, Trial


class Reference:
    """The outcomes of the reference and of each known mistake, worked out when they are first asked for."""

    has_clock = True  # whether the reference itself can run, for a time to compare with

    def __init__(self, exercise: Exercise, mistakes: Sequence[Variant], implementation: Any, *, observe: Observe):
        """`implementation` is what inputs are drawn for; `observe` says what to note of every run of a submission."""
        self.exercise = exercise
        self.mistakes = mistakes
        self.implementation = implementation
        self.observe = observe
        self.asked: dict[tuple[Any, ...], Trial] = {}  # whose outcome was asked for, in this order
        self._trials: dict[tuple[Any, ...], Trial] = {}
        self._expected: dict[tuple[Any, ...], Expected] = {}
        self._outcomes: dict[tuple[Any, ...], Outcome] = {}
        self.harmless: dict[tuple[Any, ...], bool] = {}  # (mistake, trial): what the diagnosis has found

    def trial(self, place: tuple[Any, ...], make: Callable[[], Trial]) -> Trial:
        """Return the trial of this place, made at its first use."""
        if place not in self._trials:
            self._trials[place] = make()
        return self._trials[place]

    def expected(self, trial: Trial) -> Expected:
        """Return the reference's outcome, worked out at its first use."""
        if trial.key not in self._expected:
            self.asked[trial.key] = trial
            self._expected[trial.key] = self._work_out(trial)
        return self._expected[trial.key]

    def mistaken(self, mistake: Variant, trial: Trial) -> Outcome | None:
        """Look up the outcome of a known mistake; None where it is not known."""
        return self._outcomes.get((mistake.name, *trial.key))

    def read(self, trial: Trial, outcome: Outcome) -> Outcome:
        """Reduce an outcome to what is compared: of the calls for a statistic, their tally."""
        if trial.statistic is None:
            return outcome
        expected = self.expected(trial)
        plan, form = expected.truth.outputs, expected.ours.outputs["form"]
        return tallied(trial.statistic, outcome, plan["expected"], plan["calls"], form)

    def run_again(self, trial: Trial) -> None:
        """Run the reference once more, to see how long it takes."""
        raise NotImplementedError

    def afresh(self) -> Reference | None:
        """Make the same for another seed, with no outcome known yet; None where it has to be opened anew."""
        return None

    def _work_out(self, trial: Trial) -> Expected:
        raise NotImplementedError

    def _request(self, trial: Trial, cotangents: list[Tensor] | None, calls: int = 1) -> Request:
        observe: Observe = "costs" if trial.cost else self.observe if trial.observed else ""
        scenario = repeated(trial.scenario, trial.seed, calls) if trial.statistic else trial.scenario
        return Request(scenario, trial.inputs, trial.device.type, trial.seed, cotangents, observe, trial.earlier)


class Live(Reference):
    """The reference solution and the known mistakes themselves, in the judge's own process."""

    def __init__(self, exercise: Exercise, mistakes: Sequence[Variant], *, observe: Observe):
        self.source = read_solution(exercise)
        self._right = _load(exercise, self.source)
        super().__init__(exercise, mistakes, self._right, observe=observe)
        self._modules: dict[str, Implementation] = {}

    def mistaken(self, mistake: Variant, trial: Trial) -> Outcome:
        key = (mistake.name, *trial.key)
        if key not in self._outcomes:
            if mistake.name not in self._modules:
                self._modules[mistake.name] = _load(self.exercise, mistake.of(self.source))
            request = self.expected(trial).request
            asked = replace(trial, scenario=request.scenario)
            run = partial(self._run, self._modules[mistake.name], asked, cotangents=request.cotangents)
            self._outcomes[key] = self.read(trial, on_the_cpu_first(run, trial.inputs, trial.earlier))
        return self._outcomes[key]

    def afresh(self) -> Live | None:
        if type(self) is not Live:
            return None
        other = copy.copy(self)
        other.asked, other._trials, other._expected, other._outcomes, other.harmless = {}, {}, {}, {}, {}
        return other

    def run_again(self, trial: Trial) -> None:
        self._run(self._right, trial, trial.inputs, None)

    def _work_out(self, trial: Trial) -> Expected:
        exact_inputs = cast(trial.inputs, torch.float64, CPU)
        if trial.statistic:
            return self._work_out_draws(trial, trial.statistic, exact_inputs)
        cotangents = None
        if trial.with_gradients:
            cotangents = draw_cotangents(self._run(self._right, trial, exact_inputs, None).outputs, trial)
        truth = self._run(self._right, trial, exact_inputs, cotangents)
        same = trial.dtype == torch.float64 and trial.device == CPU
        ours = truth if same else self._run(self._right, trial, trial.inputs, cotangents)
        return Expected(truth, ours, self._request(trial, cotangents))

    def _work_out_draws(self, trial: Trial, statistic: Statistic, exact_inputs: dict[str, Any]) -> Expected:
        once = self._run(self._right, trial, trial.inputs, None)
        asked = Outcome(outputs=statistic.expected)
        if callable(statistic.expected):
            asked = self._run(self._right, replace(trial, scenario=statistic.expected), exact_inputs, None)
        if once.raised or asked.raised:
            failed = once if once.raised else asked
            return Expected(failed, failed, self._request(trial, None))
        expected = expectation(statistic, asked.outputs)
        calls = number_of_calls(statistic, once.outputs, expected, str(trial.place[0]))
        request = self._request(trial, None, calls)
        drawn = self._run(self._right, replace(trial, scenario=request.scenario), trial.inputs, None)
        ours = tallied(statistic, drawn, expected, calls)
        statistic.vet(ours.outputs["tally"], expected)
        return Expected(Outcome(outputs={"expected": expected, "calls": calls}), ours, request)

    def _run(
        self,
        impl: Implementation,
        trial: Trial,
        inputs: dict[str, Any],
        cotangents: list[Tensor] | None,
        earlier: Sequence[dict[str, Any]] = (),
    ) -> Outcome:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one would show the line of the solution that it comes from
            return execute_here(
                impl,
                trial.scenario,
                inputs,
                seed=trial.seed,
                cotangents=cotangents,
                observe="costs" if trial.cost else "",
                file=str(self.exercise.solution),
                earlier=earlier,
            )


def read_solution(exercise: Exercise) -> str:
    """Read the text of the reference solution.

    Raises:
        JudgeError: there is none.
    """
    try:
        return exercise.solution.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise JudgeError(f"{exercise.solution} is missing, so {exercise} cannot be judged. Restore it.") from None


def _load(exercise: Exercise, source: str) -> Implementation:
    try:
        return load_module(source, str(exercise.solution))
    except Exception as error:
        raise JudgeError(f"{exercise.solution} does not import: {type(error).__name__}: {error}") from None


def draw_cotangents(result: Any, trial: Trial) -> list[Tensor]:
    """Draw the weights of each floating-point part of the result, from which gradients are taken."""
    generator = Generator().manual_seed(trial.seed)
    floats = [leaf for _, leaf in tensors(result) if leaf.is_floating_point()]
    return [torch.randn(leaf.shape, generator=generator, dtype=torch.float64).to(trial.dtype) for leaf in floats]


def load_module(source: str, file: str) -> Implementation:
    """Run trusted source (a solution, or a variant of one) as a module."""
    module = ModuleType(Path(file).stem)
    module.__file__ = file
    with recursion_limit_kept():
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102 - trusted: our own solutions
    return Implementation(module)
