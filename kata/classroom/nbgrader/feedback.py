"""The words of a graded cell: those of `kata grade`, for the tests that the cell stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode

from kata.classroom.nbgrader.graft import KATA, marks
from kata.console import number
from kata.errors import JudgeError
from kata.language import told, tr
from kata.report import table
from kata.report.parts import reason, rounded
from kata.report.words import Words
from kata.verdict import ExerciseVerdict, TestVerdict


def group(test: TestVerdict) -> str:
    """The test function that a test is a case of: `values[one head]` -> `values`."""
    return test.name.partition("[")[0]


def cell_score(verdict: ExerciseVerdict, cell: NotebookNode, cells: Sequence[NotebookNode]) -> float:
    """Compute the points that a graded cell earned.

    Raises:
        JudgeError: there is no score, or the cells do not stand for the tests there are.
    """
    if verdict.score is None:
        raise JudgeError(f"{verdict.id} is not graded: {reason(verdict)}")
    groups = {group(test) for test in verdict.tests}
    if groups != {_stands_for(one) for one in cells}:
        raise JudgeError(
            f"the grader of {verdict.id} has other tests than the notebook was made for. "
            "Run `kata classroom init` again with --force, then nbgrader generate_assignment --force."
        )
    tests, points = _tests(verdict, cell), float(marks(cell)["points"])
    earned, possible = sum(test.points for test in tests), sum(test.max_points for test in tests)
    if verdict.status == "refused" or not possible:
        return 0.0
    return min(rounded(points * earned / possible), points)


def report(verdict: ExerciseVerdict, cell: NotebookNode, ours: dict[str, Any], first: bool, words: Words) -> str:
    """Write the feedback of a graded cell; that of the `first` one also tells what concerns the whole notebook."""
    tests = _tests(verdict, cell)
    passed = sum(test.passed for test in tests)
    name = words.test(_stands_for(cell))
    lines = [tr("{test}: {passed} of {count} passed", test=name, passed=passed, count=len(tests))]
    if first:
        earned = tr("no score") if verdict.score is None else number(verdict.score)
        head = f"{verdict.id}: {tr(verdict.status).replace('_', ' ')}, {earned} / {number(verdict.max_score)}"
        lines = [head, *(tr("note: {note}", note=told(note)) for note in ours.get("notes", [])), *lines]
    part = replace(verdict, tests=tests, printed=verdict.printed if first else "")
    return "\n".join([*lines, table.explained(part, words)]).rstrip()


def unreadable(why: str, cell: NotebookNode, words: Words) -> str:
    """Write the feedback of a cell where nothing could be graded, for a reason that the student can mend."""
    broken = tr("broken: {why}", why=told(why))
    return f"{broken}\n{words.test(_stands_for(cell))}: 0 / {marks(cell)['points']:g}"


def _stands_for(cell: NotebookNode) -> str:
    return str(cell.metadata[KATA]["test"])


def _tests(verdict: ExerciseVerdict, cell: NotebookNode) -> list[TestVerdict]:
    return [test for test in verdict.tests if group(test) == _stands_for(cell)]
