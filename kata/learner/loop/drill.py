"""The loop of a drill: one exercise from memory, in a file of its own, against a clock, on other numbers and shapes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from fsrs import Rating

from kata.console import shown
from kata.course import Course, Exercise
from kata.course.recordings import seed_like
from kata.errors import UsageError
from kata.files import back_up, write_atomically
from kata.language import tr
from kata.language.exercise import in_words
from kata.learner.loop.grader import Graded
from kata.learner.loop.loop import Loop
from kata.learner.schedule import clock, fair_seconds, file_of, rate, recall_stub, review, running, schedule
from kata.learner.state import FOLDER, Progress, State
from kata.sandbox.host import Sandbox

ASLEEP_SECONDS = 60.0  # between two ticks of the clock: the machine slept, and the learner with it


class Drill(Loop):
    """A drill at a terminal. It goes on where it was left: attempts, hints and time go into the state as they come."""

    TICK: float | None = 1.0
    RECALL = True

    def __init__(self, course: Course, exercise: Exercise, sandbox: Sandbox):
        super().__init__(course, exercise, sandbox)
        self.ticked = time.monotonic()
        self.seconds = 0.0
        self.done = False
        self.drill_seed = 0

    def file_of(self, exercise: Exercise) -> Path:
        return file_of(self.course, exercise)

    def watched(self) -> Path:
        return self.course.folder / "drill"

    def seed(self) -> int:
        return self.drill_seed

    def fresh(self, exercise: Exercise) -> str:
        return fresh(exercise)

    def keys(self) -> dict[str, str]:
        if self.done:
            return {"n": tr("next"), "q": tr("quit")}
        return {"h": tr("hint"), "d": tr("diff"), "r": tr("reset"), "g": tr("give up"), "q": tr("quit")}

    def actions(self) -> dict[str, Callable[[], None]]:
        known = {"n": self.next, "h": self.hint, "d": self.diff, "r": self.reset, "g": self.give_up}
        return {key: action for key, action in known.items() if key in self.keys()}

    def open(self, exercise: Exercise) -> None:
        """Lay the file out, unless one that was begun is there, and start its clock."""
        file = self.file_of(exercise)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, fresh(exercise))
        state = State.load(self.course.folder)
        entry = running(state.of(exercise), _now())
        state.save()
        self.drill_seed = seed_like(self.course.root, int(entry["seed"]))
        self.seconds, self.done = float(entry["seconds"]), False
        self.ticked = time.monotonic()
        super().open(exercise)
        self.screen.recall = tr(
            "From memory: the file has the signature, and a line on what it does. It is graded on other shapes, too."
        )

    def tick(self) -> str:
        """Move the clock on, and say its time."""
        now = time.monotonic()
        if not self.done and now - self.ticked < ASLEEP_SECONDS:
            self.seconds += now - self.ticked
        self.ticked = now
        return tr("{time} of {fair}", time=clock(self.seconds), fair=clock(fair_seconds(self.screen.exercise)))

    def leave(self) -> None:
        if not self.done:
            state = State.load(self.course.folder)
            running(state.of(self.screen.exercise), _now())["seconds"] = round(self.seconds, 1)
            state.save()

    def _saved(self, exercises: list[Exercise]) -> None:
        if not self.done and self.screen.exercise in exercises:  # at its end the file is moved away, which is no save
            super()._saved([self.screen.exercise])

    def record(self, graded: Graded, seconds: float) -> None:
        if self.done:
            return
        verdict = graded.verdict.exercises[0]
        state = State.load(self.course.folder)
        progress = state.of(graded.request.exercise)
        entry = running(progress, _now())
        if verdict.status not in ("not_started", "ungraded"):
            entry["attempts"] += 1
        entry["seconds"] = round(self.seconds, 1)
        state.practised()
        if verdict.status == "passed":
            self._end(progress, entry, gave_up=False)
        state.save()

    def hints_seen(self, state: State, there_are: int) -> int:
        entry = running(state.of(self.screen.exercise), _now())
        entry["hints"] = min(int(entry["hints"]) + 1, there_are)
        return int(entry["hints"])

    def give_up(self) -> None:
        state = State.load(self.course.folder)
        progress = state.of(self.screen.exercise)
        self._end(progress, running(progress, _now()), gave_up=True)
        state.save()

    def next(self) -> None:
        due = [one for one in schedule(self.course, State.load(self.course.folder), _now()) if one.at <= _now()]
        if due:
            self.open(due[0].exercise)
        else:
            self.screen.extra = [tr("Nothing more is due.")]

    def _end(self, progress: Progress, entry: dict[str, object], *, gave_up: bool) -> None:
        exercise = self.screen.exercise
        attempts, hints = int(str(entry["attempts"])), int(str(entry["hints"]))
        rating = rate(attempts, hints, self.seconds, fair_seconds(exercise), gave_up=gave_up)
        entry.update(rating=rating.name.lower(), seconds=round(self.seconds, 1))
        due = review(progress, rating, _now())
        self.done = True
        said = {"time": clock(self.seconds), "attempts": attempts, "hints": hints, "rating": tr(rating.name.lower())}
        self.screen.extra = [
            tr("{time}, attempts: {attempts}, hints: {hints}: {rating}.", **said),
            tr("It comes back on {date}.", date=f"{due.astimezone():%Y-%m-%d}"),
            *self._keep(self.file_of(exercise)),
        ]
        if rating == Rating.Again:
            self.screen.extra.append(tr("Read it once more: {file}", file=shown(exercise.stub)))

    def _keep(self, file: Path) -> list[str]:
        """Move the file out of the way of the next repetition."""
        with contextlib.suppress(FileNotFoundError):
            kept = back_up(file, self.course.folder / FOLDER / "backups" / "drill" / file.parent.name)
            file.unlink()
            return [tr("Yours is kept: {file}", file=shown(kept))]
        return []


def fresh(exercise: Exercise) -> str:
    """Cut the stub to write from memory.

    Raises:
        UsageError: there is neither solution nor stub to make it from.
    """
    for file in (exercise.source, exercise.stub):
        with contextlib.suppress(OSError, UnicodeDecodeError, SyntaxError):
            source = file.read_text(encoding="utf-8")
            if file == exercise.source or "raise NotImplementedError" in source:
                return recall_stub(in_words(exercise, source))
    raise UsageError(f"{shown(exercise.solution)} is not in this copy, so there is nothing to make a drill from.")


def _now() -> datetime:
    return datetime.now(timezone.utc)
