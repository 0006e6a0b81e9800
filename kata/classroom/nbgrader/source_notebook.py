"""The source notebook of an exercise, made from its solution file and from the verdict on its reference."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kata.classroom.nbgrader.feedback import group
from kata.classroom.nbgrader.graft import KATA
from kata.console import number
from kata.course import Course, Exercise
from kata.course.solution import statement, with_torch
from kata.learner.code_cells import defined
from kata.report.parts import rounded
from kata.verdict import ExerciseVerdict

# Stock autograding would give full marks to a cell without output; this makes it fail. Releases do not have it.
_FAIL_CLOSED = """\
### BEGIN HIDDEN TESTS
raise RuntimeError("not graded by kata: use the nbgrader_config.py that `kata classroom init` wrote")
### END HIDDEN TESTS"""


def notebook(course: Course, exercise: Exercise, reference: ExerciseVerdict) -> str:
    """The notebook as text. `reference` says which tests there are, and their points."""
    solution = exercise.solution.read_text(encoding="utf-8")
    code = without_statement(with_torch(solution))
    cells = [
        marked(new_markdown_cell(statement(solution)), f"{exercise.name}-statement"),
        marked(new_code_cell(code), f"{exercise.name}-solution", solution=True, locked=False),
        marked(new_code_cell(_check(course, exercise)), f"{exercise.name}-check"),
        *_graded(exercise, reference),
    ]
    return as_text(cells, {"exercise": exercise.id, "names": defined(code)})


def as_text(cells: list[NotebookNode], ours: dict[str, Any]) -> str:
    """The notebook of these cells as text, with what is `ours` in its metadata."""
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"  # the same at every making, so that a change shows as one
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        KATA: ours,
    }
    return str(nbformat.writes(new_notebook(cells=cells, metadata=metadata))) + "\n"


def without_statement(solution: str) -> str:
    """The code of a solution (or stub), without the docstring that is its statement."""
    first = ast.parse(solution).body[0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return solution.strip("\n")
    return "\n".join(solution.splitlines()[first.end_lineno :]).strip("\n")


def _check(course: Course, exercise: Exercise) -> str:
    unique = [other.name for other in course.exercises].count(exercise.name) == 1
    return f'import kata\n\nkata.check("{exercise.name if unique else exercise.id}")'


def _graded(exercise: Exercise, reference: ExerciseVerdict) -> Iterator[NotebookNode]:
    """Make a cell for each test function: its cases earn their shares of the cell's points."""
    for name in dict.fromkeys(map(group, reference.tests)):
        points = rounded(sum(case.max_points for case in reference.tests if group(case) == name))
        text = f"# {name.replace('_', ' ')}: {number(points)} points, graded after you have handed in.\n{_FAIL_CLOSED}"
        cell = marked(new_code_cell(text), f"{exercise.name}-{name}", grade=True, points=points)
        cell.metadata[KATA] = {"test": name}
        yield cell


def marked(
    cell: NotebookNode,
    grade_id: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = True,
    points: float | None = None,
) -> NotebookNode:
    """The cell with nbgrader's metadata: read-only, unless said otherwise."""
    cell.metadata["nbgrader"] = {
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        "schema_version": 3,
        **({"points": points} if points is not None else {}),
    }
    return cell
