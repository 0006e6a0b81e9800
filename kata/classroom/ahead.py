"""Verdicts ahead of time: the first notebook of a run has all that follow graded with it, in one request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kata.classroom.cells import module_text
from kata.classroom.graded import grader
from kata.classroom.graft import KATA, codes, graft
from kata.course import Course, Exercise
from kata.verdict import ExerciseVerdict

AT_ONCE = 64  # submissions a request: enough to keep the judges busy, few enough to hold in memory

_known: dict[tuple[Any, ...], dict[str, ExerciseVerdict]] = {}  # exercise and settings -> text -> verdict
_written: dict[Exercise, tuple[int, int]] = {}  # exercise -> when its grader and its solution were last written


def verdict(
    notebook: NotebookNode, names: dict[str, Any], converter: Any, course: Course, settings: dict[str, Any]
) -> ExerciseVerdict:
    """The verdict on a grafted notebook. Equal texts have equal verdicts, so each is graded once.

    Raises:
        JudgeError: there is none.
    """
    (exercise,), text = course.select([notebook.metadata[KATA]["exercise"]]), answer_text(notebook)
    _forget_if_changed(exercise)
    about = (exercise, *settings.values())
    if text not in _known.get(about, {}):
        texts = [text, *islice(_coming({text}, names, converter), AT_ONCE - 1)]
        found = grader(course.root).grade([exercise.id], [{exercise.id: one} for one in texts], **settings)
        _known[about] = {one: submission.exercises[0] for one, submission in zip(texts, found, strict=True)}
    if _known[about][text].score is None:
        return _known[about].pop(text)  # a failure of ours is not kept: another try may do better
    return _known[about][text]


def _forget_if_changed(exercise: Exercise) -> None:
    """The formgrader lives for days: an exercise that was mended meanwhile is judged anew."""
    now = (exercise.grader.stat().st_mtime_ns, exercise.solution.stat().st_mtime_ns)
    if _written.setdefault(exercise, now) != now:
        _written[exercise] = now
        _known.clear()
        grader(exercise.root).close()


def answer_text(notebook: NotebookNode) -> str:
    """What of a grafted notebook is graded."""
    return module_text(codes(notebook), notebook.metadata[KATA]["names"])


def _coming(seen: set[str], names: dict[str, Any], converter: Any) -> Iterator[str]:
    """What this run of nbgrader will come to after this notebook: the same one, of the students that follow."""
    coursedir = converter.coursedir
    here = coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"])
    release = Path(coursedir.format_path(coursedir.release_directory, ".", names["assignment"]))
    source = (release / f"{names['notebook']}.ipynb").read_text(encoding="utf-8")
    for folder in sorted(converter.assignments):
        submitted = Path(folder, f"{names['notebook']}.ipynb")
        if folder <= here or not submitted.is_file() or (_done(submitted, coursedir) and not converter.force):
            continue
        grafted = graft(submitted, nbformat.reads(source, as_version=4))
        if "unreadable" not in grafted.metadata[KATA] and (text := answer_text(grafted)) not in seen:
            seen.add(text)
            yield text


def _done(submitted: Path, coursedir: Any) -> bool:
    student, assignment = submitted.parts[-3:-1]
    return Path(coursedir.format_path(coursedir.autograded_directory, student, assignment), submitted.name).exists()
