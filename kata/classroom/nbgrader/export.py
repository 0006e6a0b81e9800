"""`nbgrader export`: nbgrader's columns, and which grades there are not. Canvas and Moodle have theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from kata.classroom.grades_csv import Mark, canvas, moodle, table
from kata.files import write_atomically

COLUMNS = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status", "ungraded",
]  # fmt: skip


class Grades(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's CSV with two columns more: `status`, and `ungraded`, the cells without a score. With any, the row has
    none.
    """

    def export(self, gradebook: Any) -> None:
        write_atomically(Path(self.to or "grades.csv"), table(COLUMNS, self.rows(gradebook)))

    def rows(self, gradebook: Any) -> Iterator[dict[str, Any]]:
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if not _wanted(self.assignment, assignment.name) or not _wanted(self.student, student.id):
                    continue
                row = {
                    "assignment": assignment.name,
                    "duedate": assignment.duedate,
                    "student_id": student.id,
                    "last_name": student.last_name,
                    "first_name": student.first_name,
                    "email": student.email,
                    "max_score": assignment.max_score,
                }
                yield {**row, **_scores(gradebook, assignment.name, student.id)}


class Canvas(Grades):
    """The CSV that Canvas imports: a row a student, a column an assignment; what is ungraded is left empty."""

    def export(self, gradebook: Any) -> None:
        write_atomically(Path(self.to or "canvas.csv"), canvas(list(_marks(self.rows(gradebook)))))


class Moodle(Grades):
    """The CSV that Moodle imports, likewise."""

    def export(self, gradebook: Any) -> None:
        write_atomically(Path(self.to or "moodle.csv"), moodle(list(_marks(self.rows(gradebook)))))


def _scores(gradebook: Any, assignment: str, student: str) -> dict[str, Any]:
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0, "status": "not submitted"}
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    missing = [grade for grade in grades if grade.auto_score is None and grade.manual_score is None]
    penalty = submission.late_submission_penalty or 0.0
    row = {"timestamp": submission.timestamp, "late_submission_penalty": penalty, "status": "graded"}
    if missing:
        by_hand = all(grade.cell_type == "markdown" for grade in missing)
        cells = " ".join(sorted(grade.name for grade in missing))
        return {**row, "status": "to grade by hand" if by_hand else "ungraded", "ungraded": cells}
    if any(grade.needs_manual_grade for grade in grades):  # handed in or graded again since a person gave a score
        row["status"] = "to look at again"
    return {**row, "raw_score": submission.score, "score": max(0.0, submission.score - penalty)}


def _marks(rows: Iterator[dict[str, Any]]) -> Iterator[Mark]:
    for row in rows:
        name = ", ".join(part for part in (row["last_name"], row["first_name"]) if part)
        yield Mark(row["student_id"], name, row["assignment"], row.get("score"), row["max_score"])


def _wanted(chosen: list[Any], name: str) -> bool:
    return not chosen or name in map(str, chosen)
