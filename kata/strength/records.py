"""docs/strength/TRACK/NAME.json: what was last measured of an exercise. docs/strength.md is made from all of them."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch

from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.files import write_atomically
from kata.judge.rules import RULES
from kata.strength.measure import Strength
from kata.strength.report import Entry, Names, entry, report

RECORDS = Path("docs/strength")
REPORT = Path("docs/strength.md")


@dataclass(frozen=True)
class Record:
    """The record of a measurement. `digest` is the exercise's, and `rules` the number of the harness's, at the time."""

    digest: str
    made_with: str
    entry: Entry
    rules: int = 1
    broken_laws: list[str] = field(default_factory=list)
    names: Names | None = None

    def holds(self, exercise: Exercise) -> bool:
        """Tell whether every law was kept, and the exercise is the one that was measured."""
        return not self.broken_laws and self.digest == exercise.digest


def load(course: Course) -> dict[str, Record]:
    """The records by exercise id, in the order of the course.

    Raises:
        UsageError: a file is not what this module writes.
    """
    return {exercise.id: _load(file) for exercise in course.exercises if (file := _file(exercise)).is_file()}


def _load(file: Path) -> Record:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        measured = Entry(**found["entry"])
        names = Names(**found["names"]) if found.get("names") else None
        return Record(**{**found, "entry": measured, "names": names})
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{file} cannot be read: {error}. Remove it, and measure again: make verify") from None


def _file(exercise: Exercise) -> Path:
    return exercise.root / RECORDS / f"{exercise.id}.json"


def keep(exercise: Exercise, strength: Strength) -> None:
    """Record a measurement."""
    made_with = f"Python {platform.python_version()} and torch {torch.__version__}"
    names = _load(file).names if (file := _file(exercise)).is_file() else None
    _write(exercise, Record(exercise.digest, made_with, entry(strength), RULES, strength.broken_laws, names))


def keep_names(exercise: Exercise, names: Names) -> None:
    """Record how far names can be trusted, where the rest is recorded already."""
    if (file := _file(exercise)).is_file():
        _write(exercise, replace(_load(file), names=names))


def _write(exercise: Exercise, record: Record) -> None:
    file = _file(exercise)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n")


def write_report(course: Course) -> None:
    """Make docs/strength.md from the records, and from how the unseen answers were judged at the first go."""
    records = load(course)
    made_with = "; ".join(dict.fromkeys(record.made_with for record in records.values()))
    verdicts = {e.id: found for e in course.exercises if (found := first_go(e))}
    rules = {id: records[id].rules for id in older(course)}
    names = {id: record.names for id, record in records.items() if record.names}
    text = report([record.entry for record in records.values()], made_with, verdicts, rules, names)
    write_atomically(course.root / REPORT, text)


def first_go(exercise: Exercise) -> dict[str, str]:
    """Read the first verdict on each of the exercise's unseen answers, by the name that the answer had then.

    Raises:
        UsageError: the exercise's first_go.json is not a JSON object of texts.
    """
    file = exercise.unseen / "first_go.json"
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not all(isinstance(verdict, str) for verdict in found.values()):
            raise ValueError("it is no JSON object of names and verdicts")
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}. Restore it: git checkout {file}") from None
    return found


def stale(course: Course) -> list[str]:
    """The ids of the exercises that have no record, or have changed since, or had broken a law."""
    records = load(course)
    return [e.id for e in course.exercises if e.id not in records or not records[e.id].holds(e)]


def older(course: Course) -> list[str]:
    """The ids of the exercises whose records were made under older rules than today's."""
    return [id for id, record in load(course).items() if record.rules < RULES]
