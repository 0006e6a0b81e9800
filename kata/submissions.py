"""Files to grade, matched to the exercises that they answer. (No command; `kata grade` asks it.)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kata.console import shown, warn
from kata.course import Course, Exercise
from kata.errors import UsageError


@dataclass(frozen=True)
class Submitted:
    """A submission: its name in reports, and the file for each exercise it is graded on."""

    label: str
    exercises: tuple[Exercise, ...]
    files: dict[str, Path]


def submitted(course: Course, ids: Sequence[str], paths: Sequence[Path]) -> list[Submitted]:
    """Collect the submissions to grade; the course's own exercises/ folder where no path is given.

    Raises:
        UsageError: an id or a path leads nowhere; the message says what to type instead.
    """
    chosen = course.select(ids)
    if not chosen:
        raise UsageError(f"{course.root / 'course.toml'} lists no exercise yet. `kata new TRACK/NAME` makes one.")
    if not paths:
        if course.home and not (course.home / "exercises").is_dir():
            raise UsageError(f"There is no exercises/ in {course.home}. `kata start FOLDER` makes a folder to work in.")
        return [_folder(course.folder / "exercises", chosen, "exercises")]
    return [_one(course, ids, chosen, path) for path in paths]


def _one(course: Course, ids: Sequence[str], chosen: tuple[Exercise, ...], path: Path) -> Submitted:
    if path.is_dir():
        found = _folder(path, chosen, str(path))
        if not any(file.is_file() for file in found.files.values()):
            inner = path / "exercises"
            meant = f" Did you mean {inner}?" if inner.is_dir() else ""
            warn(f"{path} holds nothing to grade; kata looked for {chosen[0].id}.py in it.{meant}")
        return found
    if not path.exists():
        raise UsageError(f"{path} is not there. Give a .py file for one exercise, or a folder like {_like(course)}/.")
    if path.suffix != ".py" or not path.is_file():
        raise UsageError(f"{path} is no .py file. Give one, or a folder laid out like {_like(course)}/.")
    exercise = chosen[0] if ids and len(chosen) == 1 else _by_name(chosen, path)
    return Submitted(str(path), (exercise,), {exercise.id: path})


def _folder(folder: Path, chosen: tuple[Exercise, ...], label: str) -> Submitted:
    return Submitted(label, chosen, {exercise.id: folder / f"{exercise.id}.py" for exercise in chosen})


def _by_name(chosen: tuple[Exercise, ...], path: Path) -> Exercise:
    found = [exercise for exercise in chosen if exercise.name == path.stem]
    if len(found) != 1:
        which = ", ".join(map(str, found)) or "no exercise you asked for"
        raise UsageError(
            f"{path} could be for any exercise: '{path.stem}' is the name of {which}.\n"
            f"Say which: kata grade {(found or chosen)[0].id} --submission {path}"
        )
    return found[0]


def _like(course: Course) -> str:
    return shown(course.folder / "exercises")
