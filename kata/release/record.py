"""Recording what an exercise's reference and its known mistakes give, wherever its grader asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

from kata.course import Course, Exercise
from kata.errors import JudgeError
from kata.judge.diagnosis import mistake_is_right
from kata.judge.expectations import UNKNOWN, Expectations, call_of, fingerprint, numbers_of, state_of
from kata.judge.reference import Live
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.sketch import sketched
from kata.protocol import pack
from kata.scenario import Implementation, Observe, Outcome
from kata.solution import Variant
from kata.tree import map_leaves


def record(course: Course, exercise: Exercise, seed: int, devices: Sequence[str]) -> Expectations:
    """Grade the reference with its own grader, and note all that this asks for.

    Raises:
        JudgeError: the reference does not pass, or asks for what cannot be recorded.
    """
    with Judge(course, in_process=True, reference_of=Recorder) as judge:
        jobs = [Job("the reference", {exercise.id: exercise.solution}, device) for device in devices]
        for verdict in judge.grade([exercise], jobs, seed=seed):
            (found,) = verdict.exercises
            if found.status != "passed":
                why = next((test.message for test in found.tests if not test.passed), found.message)
                raise JudgeError(f"the reference of {exercise} is {found.status} at seed {seed}: {why}")
        reference = judge.reference(exercise)
        assert isinstance(reference, Recorder)
        return reference.recording()


class Recorder(Live):
    """The reference, which takes down for what modules weights were drawn."""

    has_clock = False  # as in the copy

    def __init__(self, exercise: Exercise, mistakes: list[Variant], seed: int, observe: Observe):
        super().__init__(exercise, mistakes, observe=observe)
        self._modules_made: dict[str, Any] = {}
        self.implementation = _Noting(self.implementation, self._modules_made)

    def recording(self) -> Expectations:
        """What the reference and each mistake gave in every trial so far."""
        found, numbers = Expectations([mistake.name for mistake in self.mistakes], self._modules_made), {}
        reached: dict[tuple[str, str], bool] = {}  # (test, mistake): whether one who makes it can get so far

        def number(outcome: Outcome) -> int:
            data = numbers_of(outcome)
            key = pack(data)
            if key not in numbers:
                numbers[key] = len(found.known)
                found.known.append(data)
            return numbers[key]

        for trial in self.asked.values():
            test, gave, harmless = trial.place[0], [], []
            for mistake in self.mistakes:
                right = mistake_is_right(self, mistake, trial)
                # After a result that is wrong a test is over, so that nobody who makes the mistake comes to its next
                # trial. One that is only run, for a property, is not held against a result.
                got_here = reached.get((test, mistake.name), True)
                gave.append(number(sketched(self.mistaken(mistake, trial))) if got_here else UNKNOWN)
                harmless.append(right)
                if not right and not trial.digest:
                    reached[test, mistake.name] = False
            expected = self.expected(trial)
            truth, ours = (expected.ours, expected.ours) if trial.digest else (expected.truth, expected.ours)
            keep = partial(map_leaves, _form) if trial.digest else lambda outputs: outputs
            for outcome in (truth, ours):
                outcome.outputs = keep(outcome.outputs)
            found.trials[repr(trial.place)] = {
                "inputs": fingerprint(trial.inputs),
                "truth": number(truth),
                "ours": number(ours),
                "mistakes": gave,
                "harmless": harmless,
            }
        return found


def _form(leaf: Any) -> Any:
    """What `run` holds a result against: its kinds, shapes and dtypes, without the numbers."""
    return torch.zeros_like(leaf) if isinstance(leaf, torch.Tensor) else leaf


class _Noting:
    """The reference as recipes see it, who may ask it for a module and for nothing else."""

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
