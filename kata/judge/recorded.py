"""The reference of a copy that has none: what was recorded when the copy was made, under the same face."""

from __future__ import annotations

from collections.abc import Sequence

from kata.course import Exercise
from kata.course.answers import Variant
from kata.course.recordings import found_at, provenance
from kata.errors import JudgeError, UsageError
from kata.execution.scenario import Observe
from kata.judge.recording import UNKNOWN, Expectations, StandIn, fits
from kata.judge.reference import Live, Reference, draw_cotangents
from kata.judge.trial import Expected, Trial


def reference_of(exercise: Exercise, mistakes: Sequence[Variant], seed: int, observe: Observe) -> Reference:
    """Open the recording at this seed in a student's copy, else the reference itself.

    Raises:
        JudgeError: it is missing, or there is no recording at this seed.
    """
    recorded = provenance(exercise.root)
    if recorded is None:
        return Live(exercise, mistakes, observe=observe)
    try:
        recorded.check_seed(seed)
    except UsageError as error:
        raise JudgeError(str(error)) from None
    return Recorded(exercise, mistakes, seed, observe=observe)


class Recorded(Reference):
    """A reference that looks up outcomes, its own and the known mistakes', trial by trial, and can run neither.

    A mistake's outcome is not recorded where it could not matter, or where a trial's inputs are not those of the
    recording: then it is no name for anything. What the reference gave is never taken for other inputs.
    """

    has_clock = False

    def __init__(self, exercise: Exercise, mistakes: Sequence[Variant], seed: int, *, observe: Observe):
        self._recording = Expectations.read(found_at(exercise, seed))
        super().__init__(exercise, mistakes, StandIn(self._recording.modules), observe=observe)

    def _work_out(self, trial: Trial) -> Expected:
        entries = self._recording.entries(trial.place)
        entry = next((entry for entry in entries if fits(trial.inputs, entry["inputs"], trial.dtype)), None)
        if entry:
            self._know_mistakes(trial, entry["mistakes"], entry["harmless"])
        elif entries and trial.digest:
            entry = entries[0]  # the form of a result is the reference's, whatever the numbers that went in
        else:
            raise JudgeError(
                f"the inputs of {self.exercise} in {trial.place[0]} are not those that were recorded. "
                "Was its grader changed, or is this another torch? `kata doctor` says which one was recorded with."
            )
        truth, ours = (self._recording.outcome(entry[which]) for which in ("truth", "ours"))
        cotangents = draw_cotangents(truth.outputs, trial) if trial.with_gradients else None
        calls = truth.outputs["calls"] if trial.statistic else 1
        return Expected(truth, ours, self._request(trial, cotangents, calls))

    def _know_mistakes(self, trial: Trial, outcomes: list[int], harmless: list[bool]) -> None:
        for name, number, right in zip(self._recording.mistakes, outcomes, harmless, strict=True):
            self.harmless[(name, *trial.key)] = right
            if number != UNKNOWN:
                self._outcomes[(name, *trial.key)] = self._recording.outcome(number)
