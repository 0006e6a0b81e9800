"""Verdicts ahead of time: while nbgrader files one notebook away, those that follow are being graded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kata.classroom.nbgrader.graft import KATA, codes, graft
from kata.course import Course, Exercise
from kata.learner.code_cells import module_text
from kata.service.client import grader
from kata.verdict import ExerciseVerdict

AHEAD = 64  # submissions: enough to keep the judges busy, few enough to hold in memory
ENOUGH = 3  # failures in a row, of submissions tried alone: it is the judge that fails, whatever it is given

_asking = threading.Lock()  # the judge answers one request after the other
Verdicts = dict[str, "Future[ExerciseVerdict]"]
_known: dict[tuple[Any, ...], Verdicts] = {}  # exercise and settings -> text -> verdict
_digests: dict[Exercise, str] = {}  # as of the verdicts that are known


def verdict(
    notebook: NotebookNode, names: dict[str, Any], converter: Any, course: Course, settings: dict[str, Any]
) -> ExerciseVerdict:
    """The verdict on a grafted notebook. Equal texts have equal verdicts, so each is graded once.

    Raises:
        JudgeError: there is none.
    """
    (exercise,), text = course.select([notebook.metadata[KATA]["exercise"]]), answer_text(notebook)
    _forget_if_changed(exercise)
    known = _known.setdefault((exercise, *settings.values()), {})
    if text not in known:
        texts = [text, *islice(_coming({text}, names, converter), AHEAD - 1)]
        known.clear()
        known.update({one: Future() for one in texts})
        threading.Thread(target=_grade, args=(exercise, course, dict(known), settings), daemon=True).start()
    try:
        found = known[text].result()
    except BaseException:
        known.pop(text, None)
        raise
    if found.score is None:
        known.pop(text, None)  # a failure of ours is not kept: another try may do better
    return found


def _grade(exercise: Exercise, course: Course, wanted: Verdicts, settings: dict[str, Any]) -> None:
    """Grade these texts, and a second time, each by itself, those that failed, perhaps for another's sake."""
    failures, in_a_row = _ask(exercise, course, wanted, settings), 0
    for text, failure in failures.items():
        if in_a_row < ENOUGH:
            again = _ask(exercise, course, {text: wanted[text]}, {**settings, "processes": 1})
            in_a_row = in_a_row + 1 if again else 0
            failure = again.get(text, failure)
        if wanted[text].done():
            continue
        if isinstance(failure, BaseException):  # whoever waits for a verdict shall hear of it
            wanted[text].set_exception(failure)
        else:
            wanted[text].set_result(failure)


def _ask(
    exercise: Exercise, course: Course, wanted: Verdicts, settings: dict[str, Any]
) -> dict[str, ExerciseVerdict | BaseException]:
    """Grade these texts, keep each verdict as soon as it comes, and return a reason for each text that got none."""
    texts = list(wanted)

    def report(number: int, verdict: ExerciseVerdict) -> None:
        if verdict.score is not None:
            wanted[texts[number]].set_result(verdict)

    try:
        with _asking:
            found = grader(course.root).grade(
                [exercise.id], [{exercise.id: text} for text in texts], report=report, **settings
            )
    except BaseException as error:
        return {text: error for text in texts if not wanted[text].done()}
    verdicts = {text: submission.exercises[0] for text, submission in zip(texts, found, strict=True)}
    return {text: verdict for text, verdict in verdicts.items() if not wanted[text].done()}


def _forget_if_changed(exercise: Exercise) -> None:
    """Forget the verdicts on an exercise that has changed since: the formgrader's process lives for days."""
    now = exercise.digest
    if _digests.setdefault(exercise, now) != now:
        _digests[exercise] = now
        _known.clear()
        with _asking:
            grader(exercise.root).close()


def answer_text(notebook: NotebookNode) -> str:
    """Take the text to grade out of a grafted notebook."""
    return module_text(codes(notebook), notebook.metadata[KATA]["names"])


def _coming(seen: set[str], names: dict[str, Any], converter: Any) -> Iterator[str]:
    """Yield the texts that this run of nbgrader comes to next: the same notebook, of the students that follow."""
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


def get_ready(converter: Any, course: Course) -> None:
    """Start the judge if this run of nbgrader has anything to convert, so that it loads while nbgrader gets there."""
    notebooks = (Path(name) for names in converter.assignments.values() for name in names)
    if any(converter.force or not _done(notebook, converter.coursedir) for notebook in notebooks):
        grader(course.root).start()


def _done(submitted: Path, coursedir: Any) -> bool:
    student, assignment = submitted.parts[-3:-1]
    return Path(coursedir.format_path(coursedir.autograded_directory, student, assignment), submitted.name).exists()
