"""A student's progress: one JSON file, `.kata/state.json` in the course's folder.

It is a convenience and never in the way: a torn file is set aside, and a folder that cannot be written costs a warning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kata.console import warn
from kata.course import Course, Exercise
from kata.files import write_atomically
from kata.verdict import STATUSES, ExerciseVerdict

VERSION = 1
FOLDER = ".kata"


@dataclass
class Progress:
    """How far one exercise is. `attempts` counts the gradings of something written."""

    status: str = "not_started"
    score: float = 0.0
    max_score: float = 0.0
    attempts: int = 0
    hints: int = 0
    graded_at: str = ""


@dataclass
class State:
    """The progress of all exercises that were graded, or hinted at, so far."""

    root: Path
    exercises: dict[str, Progress] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.root / FOLDER / "state.json"

    @classmethod
    def load(cls, root: Path) -> State:
        """The state as last saved. An empty one where there is none, or none that can be read."""
        state = cls(root)
        try:
            state.exercises = _read(state.path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            warn(f"{state.path} cannot be read ({error.strerror}); progress is not shown.")
        except (ValueError, TypeError, RecursionError) as error:
            state._set_aside(error)
        return state

    def save(self) -> None:
        """Write the file whole, or warn."""
        data = {"version": VERSION, "exercises": {name: asdict(p) for name, p in sorted(self.exercises.items())}}
        try:
            self.path.parent.mkdir(exist_ok=True)
            write_atomically(self.path, json.dumps(data, indent=1) + "\n")
        except OSError as error:
            warn(f"progress is not kept: {self.path} cannot be written ({error.strerror or error}).")

    def of(self, exercise: Exercise) -> Progress:
        return self.exercises.setdefault(exercise.id, Progress())

    def record(self, verdicts: Iterable[ExerciseVerdict]) -> None:
        """Take down one grading: of each exercise its worst verdict, should it have been graded on several devices."""
        worst: dict[str, ExerciseVerdict] = {}
        for verdict in verdicts:
            if verdict.score is None:
                continue  # not graded, so nothing is known
            known = worst.setdefault(verdict.id, verdict)
            if (known.status == "passed", known.score) > (verdict.status == "passed", verdict.score):
                worst[verdict.id] = verdict
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        for verdict in worst.values():
            before = self.exercises.get(verdict.id, Progress())
            attempts = before.attempts + (verdict.status != "not_started")
            score = round(verdict.score or 0.0, 6)
            self.exercises[verdict.id] = Progress(
                verdict.status, score, round(verdict.max_score, 6), attempts, before.hints, now
            )

    def passed(self, exercise: Exercise) -> bool:
        return exercise.id in self.exercises and self.exercises[exercise.id].status == "passed"

    def next(self, course: Course) -> Exercise | None:
        """The first exercise in teaching order that is not passed."""
        return next((exercise for exercise in course.exercises if not self.passed(exercise)), None)

    def _set_aside(self, error: Exception) -> None:
        stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        aside = self.path.with_name(f"state.{stamp}.damaged.json")
        try:
            self.path.replace(aside)
        except OSError:
            warn(f"{self.path} is damaged ({error}); progress starts anew.")
        else:
            warn(f"{self.path} was damaged ({error}); it is now {aside.name}, and progress starts anew.")


def _read(data: bytes) -> dict[str, Progress]:
    """Raises ValueError or TypeError where the file is not what `save` writes."""
    found = json.loads(data.decode("utf-8"))
    if not isinstance(found, dict) or found.get("version") != VERSION or not isinstance(found.get("exercises"), dict):
        raise ValueError(f"no state of version {VERSION}")
    return {str(name): _progress(name, entry) for name, entry in found["exercises"].items()}


def _progress(name: str, entry: Any) -> Progress:
    progress = Progress(**entry)
    for key, value in asdict(progress).items():
        kind = type(getattr(Progress, key))
        good = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not good or isinstance(value, bool):
            raise ValueError(f"{key} of {name} is {value!r}")
    if progress.status not in STATUSES:
        raise ValueError(f"the status of {name} is {progress.status!r}")
    return progress
