"""Results of `kata classroom grade`, put into an nbgrader gradebook: the same cells as in the course's notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbgrader.api import Gradebook

from kata.classroom.nbgrader.feedback import group
from kata.course import Exercise
from kata.report.parts import rounded
from kata.service.client import submission_of
from kata.verdict import ExerciseVerdict


def write(url: str, results: Mapping[str, Mapping[str, Any]], exercises: Sequence[Exercise]) -> None:
    """Enter every student's scores. What is ungraded gets no score, and takes back the one that was there."""
    with Gradebook(url) as book:
        for exercise in exercises:
            verdicts = {s: submission_of({**r, "exercises": _only(r, exercise)}) for s, r in results.items()}
            cells = _cells(verdict.exercises[0] for verdict in verdicts.values())
            book.update_or_create_assignment(exercise.track)
            book.update_or_create_notebook(exercise.name, exercise.track)
            for name, points in cells.items():
                about = {"max_score": points, "cell_type": "code"}
                book.update_or_create_grade_cell(f"{exercise.name}-{name}", exercise.name, exercise.track, **about)
            for student, verdict in verdicts.items():
                book.update_or_create_student(student)
                book.update_or_create_submission(exercise.track, student)
                for name in cells:
                    grade = book.find_grade(f"{exercise.name}-{name}", exercise.name, exercise.track, student)
                    grade.auto_score = _score(verdict.exercises[0], name)
                    grade.needs_manual_grade = grade.auto_score is None
        book.db.commit()


def _only(result: Mapping[str, Any], exercise: Exercise) -> list[Mapping[str, Any]]:
    return [one for one in result["exercises"] if one["id"] == exercise.id]


def _cells(verdicts: Any) -> dict[str, float]:
    """The graded cells and their points, as any verdict with tests has them."""
    for verdict in verdicts:
        points: dict[str, float] = {}
        for test in verdict.tests:
            points[group(test)] = points.get(group(test), 0.0) + test.max_points
        if points:
            return {name: rounded(possible) for name, possible in points.items()}
    return {}


def _score(verdict: ExerciseVerdict, name: str) -> float | None:
    if verdict.score is None:
        return None
    earned = 0.0 if verdict.status == "refused" else sum(t.points for t in verdict.tests if group(t) == name)
    return rounded(earned)
