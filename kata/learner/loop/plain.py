"""The loop without a terminal: each verdict below the one before, no keys, nothing redrawn."""

from __future__ import annotations

import contextlib
import queue
from typing import Any

from kata.console import console, shown
from kata.course import Course, Exercise
from kata.language import told, tr
from kata.learner.loop.grader import Graded, Grader, Missing, NotGraded, Request
from kata.learner.loop.saves import Saves
from kata.learner.state import State
from kata.sandbox.host import Sandbox


class Plain:
    """A loop that grades on every save until Ctrl-C."""

    def __init__(self, course: Course, sandbox: Sandbox):
        self.course, self.sandbox = course, sandbox
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run(self) -> int:
        folder = self.course.folder / "exercises"
        folder.mkdir(parents=True, exist_ok=True)
        files = {exercise.stub: exercise for exercise in self.course.exercises}
        with (
            contextlib.suppress(KeyboardInterrupt),
            Grader(self.course, self.sandbox, self.events.put) as grader,
            Saves(folder, files, self.events.put),
        ):
            while True:
                self._happened(self.events.get(), grader)
        return 0

    def _happened(self, event: Any, grader: Grader) -> None:
        match event:
            case Graded():
                self._graded(event)
            case Missing(request):
                print(tr("{file} is missing.", file=shown(request.file)), flush=True)
            case NotGraded(message):
                print(tr("Not graded: {reason}", reason=told(message)), flush=True)
            case [*exercises]:
                grader.ask(*(_request(exercise) for exercise in exercises))

    def _graded(self, graded: Graded) -> None:
        from kata.report import table
        from kata.report.words import words_of

        state = State.load(self.course.folder)
        state.record(graded.verdict.exercises)
        state.save()
        out = console()
        table.show(out, [graded.verdict], [{graded.request.exercise.id: graded.request.file}], words_of(self.course))
        out.file.flush()


def _request(exercise: Exercise) -> Request:
    return Request(exercise, exercise.stub, seed=0, counts=True)
