"""Recording what an exercise's reference and its known mistakes give, wherever its grader asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from kata.course import Course, Exercise
from kata.course.answers import Variant
from kata.errors import JudgeError
from kata.execution.nested import map_tensors
from kata.execution.protocol import pack
from kata.execution.scenario import Implementation, Observe, Outcome
from kata.judge.diagnosis import mistake_is_right
from kata.judge.recording import UNKNOWN, Expectations, call_of, fingerprint, numbers_of, state_of
from kata.judge.reference import Live
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.sketch import sketched
from kata.judge.texts import grade_sources
from kata.judge.trial import Trial


def record(course: Course, exercise: Exercise, seed: int, devices: Sequence[str]) -> Expectations:
    """Grade the reference with its own grader, and note all that this asks for.

    Where a test calls a submission with what it gave before, the known mistakes are graded too: each leads to inputs of
    its own.

    Raises:
        JudgeError: the reference does not pass, or asks for what cannot be recorded.
    """
    with Judge(course, in_process=True, reference_of=Recorder) as judge:
        jobs = [Job(exercise.id, {exercise.id: exercise.solution}, device) for device in devices]
        for verdict in judge.grade([exercise], jobs, seed=seed, recall=True):
            (found,) = verdict.exercises
            if found.status != "passed":
                why = next((test.message for test in found.tests if not test.passed), found.message)
                raise JudgeError(f"the reference of {exercise} is {found.status} at seed {seed}: {why}")
        reference = judge.reference(exercise)
        assert isinstance(reference, Recorder)
        run = {trial.place[0] for trial in reference.asked.values() if trial.digest}
        if run:
            texts = [mistake.of(reference.source) for mistake in reference.mistakes]
            for device in devices:
                grade_sources(
                    judge, exercise, texts, seed=seed, device=device, wanted=lambda job, test: test in run, recall=True
                )
        return reference.recording()


class Recorder(Live):
    """The reference, with notes on the modules whose weights were drawn as inputs."""

    has_clock = False  # as in the copy

    def __init__(self, exercise: Exercise, mistakes: Sequence[Variant], seed: int, observe: Observe):
        super().__init__(exercise, mistakes, observe=observe)
        self._made: dict[str, Any] = {}
        self.implementation = _Noting(self.implementation, self._made)

    def recording(self) -> Expectations:
        """Collect the outcomes of the reference and of each mistake in every trial so far."""
        known = _Known()
        stopped: set[tuple[str, str]] = set()  # (test, mistake): that test ended with it
        trials: dict[str, list[dict[str, Any]]] = {}
        for trial in self.asked.values():
            trials.setdefault(repr(trial.place), []).append(self._entry(trial, known, stopped))
        return Expectations([mistake.name for mistake in self.mistakes], self._made, trials, known.outcomes)

    def _entry(self, trial: Trial, known: _Known, stopped: set[tuple[str, str]]) -> dict[str, Any]:
        test, gave, harmless = trial.place[0], [], []
        for mistake in self.mistakes:
            right = mistake_is_right(self, mistake, trial)
            reached = (test, mistake.name) not in stopped
            gave.append(known.number(sketched(self.mistaken(mistake, trial))) if reached else UNKNOWN)
            harmless.append(right)
            # A test stops at its first wrong result: its later trials are never asked of this mistake. A trial that is
            # only run, for a property, has no result to be wrong.
            if not right and not trial.digest:
                stopped.add((test, mistake.name))
        expected = self.expected(trial)
        truth, ours = expected.truth, expected.ours
        if trial.digest:  # what is run is held against kinds, shapes and dtypes, whatever the numbers
            truth = ours = replace(ours, outputs=map_tensors(torch.zeros_like, ours.outputs))
        return {
            "inputs": fingerprint(trial.inputs),
            "truth": known.number(truth),
            "ours": known.number(ours),
            "mistakes": gave,
            "harmless": harmless,
        }


class _Known:
    """Numbered outcomes; equal ones share a number."""

    def __init__(self) -> None:
        self.outcomes: list[dict[str, Any]] = []
        self._numbers: dict[bytes, int] = {}

    def number(self, outcome: Outcome) -> int:
        data = numbers_of(outcome)
        key = pack(data)
        if key not in self._numbers:
            self._numbers[key] = len(self.outcomes)
            self.outcomes.append(data)
        return self._numbers[key]


class _Noting:
    """The reference as recipes see it: they may ask it for a module, which is noted, and for nothing else."""

    def __init__(self, implementation: Implementation, made: dict[str, Any]):
        self._implementation, self._made = implementation, made

    def __getattr__(self, name: str) -> Any:
        def make(*args: Any, **settings: Any) -> nn.Module:
            module = getattr(self._implementation, name)(*args, **settings)
            call = call_of(name, args, settings)
            if not isinstance(module, nn.Module):
                raise JudgeError(f"inputs are drawn with what {call} of the reference gives, which cannot be recorded")
            self._made[call] = state_of(module)
            return module

        return make
