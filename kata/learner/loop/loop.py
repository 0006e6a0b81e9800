"""The loop: show the next exercise, grade it when it is saved, do what a key asks."""

from __future__ import annotations

import time
from typing import Any

from kata.console import console, number, shown
from kata.course import Course, Exercise
from kata.language import told, tr
from kata.learner.after_a_pass import offer
from kata.learner.loop.grader import Graded, Grader, Missing, NotGraded, Ready, Request
from kata.learner.loop.keys import Keys
from kata.learner.loop.saves import Saves
from kata.learner.loop.screen import Screen, draw
from kata.learner.loop.terminal import Key, Leave, Resized, Terminal
from kata.learner.state import State
from kata.sandbox.host import Sandbox

SOON_SECONDS = 0.1  # a verdict that comes within this has no "grading …" drawn before it
IDLE_SECONDS = 600.0  # a longer pause between two saves is a break, and no time spent on the exercise


class Loop(Keys):
    """A session of the loop at a terminal."""

    TICK: float | None = None  # seconds between two looks at a clock, if there is one
    RECALL = False  # whether the cases that are kept for a drill are graded, too

    def __init__(self, course: Course, exercise: Exercise, sandbox: Sandbox):
        self.course, self.sandbox = course, sandbox
        self.files = {self.file_of(one): one for one in course.exercises}
        self.screen = self._screen(exercise)
        self.results: dict[Exercise, Graded] = {}
        self.console = console()
        self.asked_to_reset = False
        self.checking = 0
        self.undrawn = False  # what was saved is being graded, which the screen does not say yet
        self.warm = False
        self.grader: Grader
        self.last = time.monotonic()

    def record(self, graded: Graded, seconds: float) -> None:
        state = State.load(self.course.folder)
        state.record(graded.verdict.exercises, seconds)
        state.save()

    def tick(self) -> str:
        return ""

    def leave(self) -> None:
        """Do what is left to do before the loop ends."""

    # the loop

    def run(self) -> int:
        """Run the loop until `q`, Ctrl-D or Ctrl-C."""
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
        for events in terminal.events(lambda: SOON_SECONDS if self.undrawn else self.TICK):
            for event in events:
                if isinstance(event, Leave) or (isinstance(event, Key) and event.letter == "q"):
                    return
                self._happened(event)
            if self.undrawn or not all(isinstance(event, list) for event in events):
                self._draw(terminal)
                self.undrawn = False
            else:
                self.undrawn = bool(events)
            if self.TICK:
                terminal.corner(self.tick())

    def _happened(self, event: Any) -> None:
        match event:
            case Key(letter):
                self._pressed(letter)
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

    def _pressed(self, letter: str) -> None:
        if letter != "r":
            self.asked_to_reset = False  # only the very next key answers
        self.screen.extra = []
        if letter in self.actions():
            self.actions()[letter]()
        else:
            self.screen.page = None

    def _draw(self, terminal: Terminal) -> None:
        state = State.load(self.course.folder)
        self.console.size = terminal.size()  # COLUMNS, where it is exported, does not follow a window
        terminal.show(draw(self.screen, self.console, self.course, state, self.keys()))

    def open(self, exercise: Exercise) -> None:
        """Turn to an exercise, and have it graded as it stands, which counts as no attempt."""
        self.screen = self._screen(exercise)
        self._show_result()
        self.ask(exercise, counts=False)

    def _screen(self, exercise: Exercise) -> Screen:
        return Screen(
            exercise,
            self.file_of(exercise),
            after_a_pass=lambda out: offer(out, exercise),
        )

    def ask(self, *exercises: Exercise, counts: bool) -> None:
        self.screen.busy = tr("grading …") if self.warm else tr("starting the judge …")
        self.grader.ask(*(Request(one, self.file_of(one), self.seed(), counts, self.RECALL) for one in exercises))

    def _saved(self, exercises: list[Exercise]) -> None:
        self.asked_to_reset = False
        if self.screen.exercise not in exercises:
            self.screen = self._screen(exercises[0])
        self.screen.page, self.screen.extra = None, []
        self.ask(*exercises, counts=True)

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
