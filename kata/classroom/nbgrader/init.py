"""`kata classroom init`: a complete nbgrader course, out of the exercises."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kata.classroom.nbgrader import questions as written
from kata.classroom.nbgrader.source_notebook import notebook
from kata.course import Course, Exercise, Written
from kata.errors import JudgeError
from kata.files import write_atomically
from kata.report.parts import reason
from kata.service.secret import FILE, secret_in
from kata.verdict import ExerciseVerdict

CONFIG = "nbgrader_config.py"


def write_course(
    course: Course, works: Sequence[Exercise | Written], folder: Path, force: bool
) -> tuple[list[Path], int]:
    """Write what is not there yet (with `force`, the notebooks anew) and return that, and how many were kept.

    Raises:
        JudgeError: a reference is not right by its own grader, so no student could be.
        UsageError: a question is not written in the form that questions have.
    """
    notebooks = {work: folder / "source" / work.track / f"{work.name}.ipynb" for work in works}
    wanted = [work for work in works if force or not notebooks[work].exists()]
    texts = {notebooks[work]: written.notebook(work) for work in wanted if isinstance(work, Written)}
    exercises = [work for work in wanted if isinstance(work, Exercise)]
    for exercise, reference in zip(exercises, references(course, exercises), strict=True):
        texts[notebooks[exercise]] = notebook(course, exercise, reference)
    if not (folder / CONFIG).exists():  # never over one that is there: it is the instructor's
        texts[folder / CONFIG] = config(course, folder)
        secret_in(folder / FILE)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    return list(texts), len(works) - len(wanted)


def references(course: Course, exercises: Sequence[Exercise]) -> list[ExerciseVerdict]:
    """The verdicts on the reference solutions, which say which tests there are."""
    if not exercises:
        return []
    from kata.judge.run import Judge
    from kata.judge.scoring import Job

    with Judge(course) as judge:
        (verdict,) = judge.grade(exercises, [Job("solutions", {e.id: e.solution for e in exercises})])
    for exercise in verdict.exercises:
        if exercise.status != "passed":
            failed = next((test.message for test in exercise.tests if not test.passed), "")
            raise JudgeError(f"the reference of {exercise.id} is {exercise.status}: {failed or reason(exercise)}")
    return verdict.exercises


def config(course: Course, folder: Path) -> str:
    """The text of nbgrader_config.py."""
    template = Path(__file__).with_name("nbgrader_config.txt").read_text(encoding="utf-8")
    root = Path(os.path.relpath(course.root, folder.resolve())).as_posix()
    name = "".join(letter if letter.isalnum() else "-" for letter in course.title.lower()).strip("-")
    return template.format(course_id=repr(name), root=repr(root))
