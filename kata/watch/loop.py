"""The loop: show the next exercise, grade it when it is saved, do what a key asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kata.commands.hint import read_hints
from kata.commands.list import show as show_list
from kata.commands.reset import replace, stub_of
from kata.console import console, number, shown
from kata.course import Course, Exercise
from kata.errors import JudgeError, UsageError
from kata.language import told, tr
from kata.sandbox import Sandbox
from kata.state import State
from kata.watch.grader import Graded, Grader, Missing, NotGraded, Ready, Request
from kata.watch.saves import Saves
from kata.watch.screen import Screen, draw
from kata.watch.terminal import Key, Leave, Resized, Terminal

IDLE_SECONDS = 600.0  # a longer pause between two saves is a break, and no time spent on the exercise


class Loop:
    """One sitting at the terminal."""

    TICK: float | None = None  # seconds between two looks at a clock, if there is one

    def __init__(self, course: Course, exercise: Exercise, sandbox: Sandbox):
        self.course, self.sandbox = course, sandbox
        self.files = {self.file_of(one): one for one in course.exercises}
        self.screen = Screen(exercise, self.file_of(exercise))
        self.results: dict[Exercise, Graded] = {}
        self.console = console()
        self.asked_to_reset = False
        self.checking = 0
        self.warm = False
        self.grader: Grader
        self.last = time.monotonic()

    # what a drill does otherwise

    def file_of(self, exercise: Exercise) -> Path:
        return exercise.stub

    def watched(self) -> Path:
        return self.course.folder / "exercises"

    def seed(self) -> int:
        return 0

    def fresh(self, exercise: Exercise) -> str:
        return stub_of(exercise)

    def keys(self) -> dict[str, str]:
        return {
            "n": tr("next"),
            "h": tr("hint"),
            "d": tr("diff"),
            "l": tr("list"),
            "r": tr("reset"),
            "c": tr("check all"),
            "q": tr("quit"),
        }

    def actions(self) -> dict[str, Callable[[], None]]:
        return {"n": self.next, "h": self.hint, "d": self.diff, "l": self.list, "r": self.reset, "c": self.check_all}

    def record(self, graded: Graded, seconds: float) -> None:
        state = State.load(self.course.folder)
        state.record(graded.verdict.exercises, seconds)
        state.save()

    def tick(self) -> str:
        return ""

    def leave(self) -> None:
        """Last things, before the loop ends."""

    # the loop

    def run(self) -> int:
        """Until `q`, Ctrl-D or Ctrl-C."""
        folder = self.watched()
        folder.mkdir(parents=True, exist_ok=True)
        with Terminal() as terminal:
            try:
                with (
                    Grader(self.course, self.sandbox, terminal.post) as self.grader,
                    Saves(folder, self.files, terminal.post),
                ):
                    self.open(self.screen.exercise)
                    self._listen(terminal)
            except KeyboardInterrupt:
                pass
            self.leave()
        print()
        return 0

    def _listen(self, terminal: Terminal) -> None:
        self._draw(terminal)
        for events in terminal.events(self.TICK):
            for event in events:
                if isinstance(event, Leave) or (isinstance(event, Key) and event.letter == "q"):
                    return
                self._happened(event)
            if events:
                self._draw(terminal)
            if self.TICK:
                terminal.corner(self.tick())

    def _happened(self, event: Any) -> None:
        match event:
            case Key(letter) if letter in self.actions():
                if letter != "r":
                    self.asked_to_reset = False
                self.screen.extra = []
                self.actions()[letter]()
            case Key():
                self.screen.page, self.screen.extra = None, []
            case Ready():
                self.warm = True
            case Graded():
                self._graded(event)
            case Missing():
                self._missing(event.request)
            case NotGraded():
                self.screen.extra = [tr("Not graded: {reason}", reason=told(event.message))]
                self.screen.busy = ""
            case Resized():
                pass
            case _:
                self._saved(event)

    def _draw(self, terminal: Terminal) -> None:
        state = State.load(self.course.folder)
        terminal.show(draw(self.screen, self.console, self.course, state, self.keys()))

    def open(self, exercise: Exercise) -> None:
        """Turn to an exercise, and have it graded as it stands, which counts as no attempt."""
        self.screen = Screen(exercise, self.file_of(exercise))
        self._show_result()
        self._ask(exercise, counts=False)

    def _ask(self, *exercises: Exercise, counts: bool) -> None:
        self.screen.busy = tr("grading …") if self.warm else tr("starting the judge …")
        self.grader.ask(*(Request(one, self.file_of(one), self.seed(), counts) for one in exercises))

    def _saved(self, exercises: list[Exercise]) -> None:
        self.asked_to_reset = False
        if self.screen.exercise not in exercises:
            self.screen = Screen(exercises[0], self.file_of(exercises[0]))
        self.screen.page, self.screen.extra = None, []
        self._ask(*exercises, counts=True)

    def _graded(self, graded: Graded) -> None:
        exercise, verdict = graded.request.exercise, graded.verdict.exercises[0]
        self.results[exercise] = graded
        if graded.request.counts:
            now = time.monotonic()
            self.record(graded, min(now - self.last, IDLE_SECONDS))
            self.last = now
        if exercise == self.screen.exercise:
            self._show_result()
        elif not self.checking:
            score = f"{number(verdict.score or 0)} / {number(verdict.max_score)}"
            self.screen.extra.append(f"{exercise.id}  {tr(verdict.status).replace('_', ' ')}  {score}")
        self.checking = max(0, self.checking - 1)
        self.screen.busy = tr("{count} still to grade …", count=self.checking) if self.checking else ""

    def _show_result(self) -> None:
        graded = self.results.get(self.screen.exercise)
        self.screen.verdict = graded.verdict.exercises[0] if graded else None
        self.screen.isolated = graded is None or graded.verdict.isolation != "none"

    def _missing(self, request: Request) -> None:
        self.results.pop(request.exercise, None)
        self.checking = max(0, self.checking - 1)
        self.screen.busy = ""
        if request.exercise == self.screen.exercise:
            self.screen.verdict = None
            self.asked_to_reset = True
            self.screen.extra = [
                tr("{file} is missing. Press r to have it back as it began.", file=shown(request.file))
            ]

    # the keys

    def next(self) -> None:
        state, exercises = State.load(self.course.folder), self.course.exercises
        place = exercises.index(self.screen.exercise) + 1
        coming = (one for one in (*exercises[place:], *exercises[:place]) if not state.passed(one))
        exercise = next(coming, None)
        if exercise is None:
            self.screen.extra = [tr("All is passed. `kata drill` keeps it fresh.")]
        else:
            self.open(exercise)

    def hint(self) -> None:
        exercise, state = self.screen.exercise, State.load(self.course.folder)
        try:
            hints = read_hints(exercise)
        except JudgeError as error:
            self.screen.extra = [told(str(error))]
            return
        seen = self.hints_seen(state, len(hints))
        state.save()
        self.screen.page = None
        self.screen.extra = [
            tr("Hint {number} of {count}: {hint}", number=n, count=len(hints), hint=hint)
            for n, hint in enumerate(hints[:seen], 1)
        ]

    def hints_seen(self, state: State, there_are: int) -> int:
        """One more than so far."""
        progress = state.of(self.screen.exercise)
        progress.hints = min(progress.hints + 1, there_are)
        return progress.hints

    def diff(self) -> None:
        self.screen.extra = [tr("Nothing to compare yet: save the file first.")]

    def list(self) -> None:
        state = State.load(self.course.folder)
        self.screen.page = lambda out: show_list(out, self.course, state, self.screen.exercise)

    def reset(self) -> None:
        exercise, file = self.screen.exercise, self.screen.file
        if not self.asked_to_reset:
            self.asked_to_reset = True
            self.screen.extra = [
                tr("Press r once more to begin {file} anew. What you wrote is kept.", file=shown(file))
            ]
            return
        self.asked_to_reset = False
        try:
            kept = replace(exercise, self.fresh(exercise), file=file)
        except UsageError as error:
            self.screen.extra = [told(str(error))]
            return
        self.open(exercise)
        self.screen.verdict = None
        self.screen.extra = [tr("Yours is kept: {file}", file=kept)] if kept else []

    def check_all(self) -> None:
        self.checking = len(self.course.exercises)
        self.list()
        self._ask(*self.course.exercises, counts=True)
        self.screen.page = lambda out: show_list(out, self.course, State.load(self.course.folder), self.screen.exercise)
