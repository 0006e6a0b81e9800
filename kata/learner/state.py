"""A student's progress: one JSON file, `.kata/state.json` in the course's folder.

It is a convenience and never in the way: a torn file is set aside, and a folder that cannot be written costs a warning.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kata.console import warn
from kata.course import Course, Exercise
from kata.files import locked, write_atomically
from kata.verdict import STATUSES, ExerciseVerdict

VERSION = 2  # 2 added days, language, and what a loop and a drill note; a file of version 1 is read as it is
FOLDER = ".kata"
DAMAGED = (ValueError, TypeError, RecursionError)  # what a file that no version of kata wrote raises
ADDED_UP = ("attempts", "seconds")  # of a learner's progress, when two processes counted at once


@dataclass
class Progress:
    """A learner's progress on one exercise. `attempts` counts the gradings of something written.

    `seconds` were spent on it in the loop. `mistakes` are the known ones made so far, each "made" or "mended" since.
    `card` is the scheduler's, from the first pass on, and `drills` says of each repetition when and how it went.
    """

    status: str = "not_started"
    score: float = 0.0
    max_score: float = 0.0
    attempts: int = 0
    hints: int = 0
    graded_at: str = ""
    passed_at: str = ""
    seconds: float = 0.0
    mistakes: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    drills: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class State:
    """The progress of all exercises that were graded, or hinted at, so far, and the days on which anything was."""

    root: Path
    exercises: dict[str, Progress] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    language: str = ""
    newer: bool = False  # a later version of kata wrote the file: it is left alone
    _loaded: State | None = field(default=None, repr=False, compare=False)  # what was on the disk when this was read

    @property
    def path(self) -> Path:
        return self.root / FOLDER / "state.json"

    @classmethod
    def load(cls, root: Path) -> State:
        """The state as last saved. An empty one where there is none, or none that can be read."""
        state = cls(root)
        try:
            state._read()
        except OSError as error:
            warn(f"{state.path} cannot be read ({error.strerror}); progress is not shown.")
        except DAMAGED as error:
            state._set_aside(error)
        state._loaded = deepcopy(state)
        return state

    def save(self) -> None:
        """Write the file whole, or warn. What another process has saved since this was loaded is taken along."""
        if self.newer:
            return  # `load` has said so
        try:
            self.path.parent.mkdir(exist_ok=True)
            with locked(self.path.parent):
                other = State(self.root)
                try:
                    other._read()
                except DAMAGED as error:
                    other._set_aside(error)
                if not other.newer:
                    self._merge(other)
                    self._write()
                    self._loaded = None  # else the copy would hold all the copies before
                    self._loaded = deepcopy(self)
        except OSError as error:
            warn(f"progress is not kept: {self.path} cannot be written ({error.strerror or error}).")

    def _read(self) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self._take(json.loads(self.path.read_bytes().decode("utf-8")))

    def _write(self) -> None:
        data = {
            "version": VERSION,
            "language": self.language,
            "days": self.days,
            "exercises": {name: asdict(p) for name, p in sorted(self.exercises.items())},
        }
        write_atomically(self.path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")

    def _merge(self, other: State) -> None:
        """Take over what is on the disk where this one has changed nothing."""
        loaded = self._loaded or State(self.root)
        for name in {*self.exercises, *other.exercises}:
            three = [state.exercises.get(name, Progress()) for state in (self, other, loaded)]
            self.exercises[name] = _merged(*three)
        self.days = sorted({*self.days, *other.days})
        self.language = other.language if self.language == loaded.language else self.language

    def of(self, exercise: Exercise) -> Progress:
        return self.exercises.setdefault(exercise.id, Progress())

    def record(self, verdicts: Iterable[ExerciseVerdict], seconds: float = 0.0) -> None:
        """Take down one grading: of each exercise its worst verdict, should it have been graded on several devices.

        So many `seconds` were spent on it since the last one.
        """
        worst: dict[str, ExerciseVerdict] = {}
        for verdict in verdicts:
            if verdict.score is None:
                continue  # not graded, so nothing is known
            known = worst.setdefault(verdict.id, verdict)
            if (known.status == "passed", known.score) > (verdict.status == "passed", verdict.score):
                worst[verdict.id] = verdict
        for verdict in worst.values():
            self._record(self.exercises.setdefault(verdict.id, Progress()), verdict, seconds)

    def _record(self, progress: Progress, verdict: ExerciseVerdict, seconds: float) -> None:
        progress.status, progress.score = verdict.status, round(verdict.score or 0.0, 6)
        progress.max_score, progress.graded_at = round(verdict.max_score, 6), now()
        if verdict.status == "not_started":
            return
        progress.attempts += 1
        progress.seconds = round(progress.seconds + seconds, 1)
        if verdict.status in (
            "passed",
            "partial",
            "failed",
        ):  # one that does not import shows no mistake, and mends none
            made = sorted({test.mistake for test in verdict.tests if test.mistake})
            progress.mistakes = {**dict.fromkeys(progress.mistakes, "mended"), **dict.fromkeys(made, "made")}
        if verdict.status == "passed":
            progress.passed_at = progress.passed_at or now()
        self.practised()

    def practised(self) -> None:
        """Note that something was done today."""
        self.days = sorted({*self.days, f"{datetime.now():%Y-%m-%d}"})

    def passed(self, exercise: Exercise) -> bool:
        return exercise.id in self.exercises and self.exercises[exercise.id].status == "passed"

    def next(self, course: Course) -> Exercise | None:
        """The first exercise in teaching order that is not passed."""
        return next((exercise for exercise in course.exercises if not self.passed(exercise)), None)

    def _take(self, found: Any) -> None:
        """Take over a file's contents; raise ValueError or TypeError if no version of `save` so far writes such."""
        if not isinstance(found, dict) or not isinstance(found.get("exercises"), dict):
            raise ValueError("no state of kata")  # noqa: TRY004 - a wrong file, not a wrong call
        version = found.get("version")
        if isinstance(version, int) and version > VERSION:
            self.newer = True
            warn(f"{self.path} is of a later version of kata; progress is neither shown nor kept. Update this one.")
            return
        if version not in range(1, VERSION + 1):
            raise ValueError(f"no state of version {VERSION}")
        days, language = found.get("days", []), found.get("language", "")
        if not isinstance(days, list) or not all(isinstance(day, str) for day in days) or not isinstance(language, str):
            raise ValueError("days or language are not what they were written as")
        self.exercises = {str(name): _progress(name, entry) for name, entry in found["exercises"].items()}
        self.days, self.language = days, language

    def _set_aside(self, error: Exception) -> None:
        stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        aside = self.path.with_name(f"state.{stamp}.damaged.json")
        try:
            self.path.replace(aside)
        except OSError:
            warn(f"{self.path} is damaged ({error}); progress starts anew.")
        else:
            warn(f"{self.path} was damaged ({error}); it is now {aside.name}, and progress starts anew.")


def _merged(mine: Progress, theirs: Progress, before: Progress) -> Progress:
    """Both changes to one exercise: what was counted is added up, and of anything else ours is the later word."""
    merged = Progress()
    for one in fields(Progress):
        ours, other, was = (getattr(progress, one.name) for progress in (mine, theirs, before))
        if ours == was:
            value = other
        elif other == was:
            value = ours
        elif one.name in ADDED_UP:
            value = other + ours - was
        elif isinstance(ours, dict):
            value = {**other, **ours}
        elif isinstance(ours, list):
            value = other + ours[len(was) :]  # each has noted something at the end
        else:
            value = ours
        setattr(merged, one.name, value)
    return merged


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _progress(name: str, entry: Any) -> Progress:
    progress = Progress(**entry)
    for one in fields(Progress):
        value = getattr(progress, one.name)
        kind = type(getattr(Progress(), one.name))
        good = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not good or isinstance(value, bool):
            raise ValueError(f"{one.name} of {name} is {value!r}")
    if progress.status not in STATUSES:
        raise ValueError(f"the status of {name} is {progress.status!r}")
    return progress
