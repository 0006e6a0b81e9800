"""docs/strength.json: what was last measured of each exercise, so that one can be measured anew without all others."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.files import write_atomically
from kata.strength.measure import Strength
from kata.strength.report import Entry, entry, report

RECORDS = Path("docs/strength.json")
REPORT = Path("docs/strength.md")
UNSEEN = Path("tests/unseen")


@dataclass(frozen=True)
class Record:
    """`digest` tells the solution and the grader that were measured."""

    digest: str
    made_with: str
    entry: Entry


def load(course: Course) -> dict[str, Record]:
    """The records by exercise id.

    Raises:
        UsageError: the file is not what this module writes.
    """
    path = course.root / RECORDS
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {key: Record(**{**value, "entry": Entry(**value["entry"])}) for key, value in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Remove it, and measure all: make verify") from None


def keep(course: Course, exercise: Exercise, strength: Strength) -> None:
    """Record a measurement, and write the report anew from all records."""
    made_with = f"Python {platform.python_version()} and torch {torch.__version__}"
    records = {**load(course), exercise.id: Record(digest(exercise), made_with, entry(strength))}
    listed = {each.id: records[each.id] for each in course.exercises if each.id in records}
    (course.root / RECORDS).parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({key: asdict(record) for key, record in listed.items()}, indent=1, ensure_ascii=False)
    write_atomically(course.root / RECORDS, text + "\n")
    made_with = "; ".join(dict.fromkeys(record.made_with for record in listed.values()))
    entries = [record.entry for record in listed.values()]
    write_atomically(course.root / REPORT, report(entries, made_with, first_go(course)))


def first_go(course: Course) -> dict[str, dict[str, str]]:
    """How each answer in tests/unseen was judged at the first go, by exercise and name.

    Raises:
        UsageError: a first_go.json there is no JSON object.
    """
    found: dict[str, str] = {}
    for path in sorted((course.root / UNSEEN).glob("*/first_go.json")):
        try:
            found |= json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path} cannot be read: {error}. Restore it: git checkout {path}") from None
    by_exercise: dict[str, dict[str, str]] = {exercise.id: {} for exercise in course.exercises}
    for answer, verdict in found.items():
        exercise, _, name = answer.rpartition("/")
        by_exercise.setdefault(exercise, {})[name] = verdict
    return {exercise: verdicts for exercise, verdicts in by_exercise.items() if verdicts}


def stale(course: Course) -> list[str]:
    """The ids of the exercises that have no record, or have changed since."""
    records = load(course)
    return [
        exercise.id
        for exercise in course.exercises
        if exercise.id not in records or records[exercise.id].digest != digest(exercise)
    ]


def digest(exercise: Exercise) -> str:
    files = (exercise.solution, exercise.grader)
    texts = [file.read_bytes() if file.is_file() else b"" for file in files]
    return hashlib.blake2b(b"\0".join(texts), digest_size=8).hexdigest()
