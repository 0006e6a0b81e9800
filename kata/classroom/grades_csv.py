"""Scores as CSV: plain, and in the forms that Canvas and Moodle import. No score is an empty field, never a 0."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kata.report.parts import rounded


@dataclass(frozen=True)
class Mark:
    """A student's score in one column of the gradebook; `score` is None where it is not graded."""

    student: str
    name: str
    column: str
    score: float | None
    max_score: float


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with a row of the columns' names; what a row does not have is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="raise", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _shown(value) for key, value in row.items()})
    return out.getvalue()


def canvas(marks: Sequence[Mark]) -> str:
    """Write Canvas's CSV: students go by `SIS Login ID`, and the row after the header has the points possible."""
    columns = list(dict.fromkeys(mark.column for mark in marks))
    possible = {mark.column: mark.max_score for mark in marks}
    rows: list[Mapping[str, Any]] = [{"Student": "    Points Possible", **possible}]
    for student, scores in _by_student(marks).items():
        name = next(mark.name for mark in marks if mark.student == student)
        rows.append({"Student": name or student, "SIS Login ID": student, **scores})
    return table(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns], rows)


def moodle(marks: Sequence[Mark]) -> str:
    """Write Moodle's CSV: the column `username` names the user, and an empty grade changes nothing there."""
    columns = list(dict.fromkeys(mark.column for mark in marks))
    rows = [{"username": student, **scores} for student, scores in _by_student(marks).items()]
    return table(["username", *columns], rows)


def _by_student(marks: Sequence[Mark]) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for mark in marks:
        found.setdefault(mark.student, {})[mark.column] = mark.score
    return found


def _shown(value: Any) -> Any:
    return rounded(value) if isinstance(value, float) else value
