"""Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/).

Every text is declared as `text`, since Gradescope would else read some of it as HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kata.console import number
from kata.errors import JudgeError
from kata.report.parts import clean, explained, rounded, said_before
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict


def render(verdict: SubmissionVerdict) -> str:
    """The results of the one submission that an autograder's container has.

    Raises:
        JudgeError: an exercise is ungraded. There is no way to say so in this format but to write no file.
    """
    if verdict.score is None:
        raise JudgeError("an exercise is not graded, so there is no result to give to Gradescope.")
    result = {
        "score": rounded(verdict.score),
        "execution_time": round(sum(exercise.seconds for exercise in verdict.exercises), 3),
        "output": _summary(verdict),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"device": verdict.device, "isolation": verdict.isolation},
        "tests": [_test(exercise, test, before) for exercise, test, before in _tests(verdict)],
    }
    return json.dumps(result, indent=1, allow_nan=False) + "\n"


def _summary(verdict: SubmissionVerdict) -> str:
    lines = [
        f"{exercise.id}: {exercise.status.replace('_', ' ')}, {number(exercise.score or 0)} / {number(exercise.max_score)}"
        + (" (a forbidden operation: the whole exercise counts 0)" if exercise.status == "refused" else "")
        for exercise in verdict.exercises
    ]
    isolation = "none (NOT isolated)" if verdict.isolation == "none" else verdict.isolation
    return "\n".join([*lines, f"device {verdict.device}, isolation {isolation}"])


def _tests(verdict: SubmissionVerdict) -> Iterator[tuple[ExerciseVerdict, TestVerdict, str]]:
    """Yield each test with the one before it, if any, that failed for the same reason, so that it is said once."""
    for exercise in verdict.exercises:
        before = said_before(exercise.tests)
        for test in exercise.tests:
            yield exercise, test, before.get(test.name, "")


def _test(exercise: ExerciseVerdict, test: TestVerdict, before: str) -> dict[str, Any]:
    earned = 0.0 if exercise.status == "refused" else test.points
    return {
        "name": clean(f"{exercise.id}: {test.name}"),
        "score": rounded(earned),
        "max_score": rounded(test.max_points),
        "status": "passed" if test.passed else "failed",
        "output": clean(f"as in {before}") if before else explained(test),
        "visibility": "visible",
    }
