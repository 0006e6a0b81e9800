"""Preprocessors that autograde runs in place of a kernel; `kata classroom init` puts them in nbgrader_config.py."""

from __future__ import annotations

import gc
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer, Unicode

from kata.classroom.nbgrader import engines
from kata.classroom.nbgrader import prefetch as ahead
from kata.classroom.nbgrader import questions as written
from kata.classroom.nbgrader.feedback import cell_score, report, unreadable
from kata.classroom.nbgrader.graft import KATA, graft, marks
from kata.course import Course
from kata.errors import JudgeError, UsageError
from kata.report.words import words_of
from kata.service.secret import FILE, secret_in

MAX_MARK = 200  # bytes of the files that nbgrader lays beside a submission
SUBMITTED = "kata_submitted"  # in nbconvert's resources: the file that was handed in

# In the process that autogrades, which nbgrader_config.py had load this module:
engines.share()
gc.freeze()  # what is loaded lives to the end; to look through it again takes half a second then alone

Resources = dict[str, Any]
Result = tuple[NotebookNode, Resources]


class SubmissionExporter(NotebookExporter):
    """NotebookExporter, but that `Graft` reads the submitted file, which may be no notebook at all."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)  # type: ignore[no-untyped-call]
        JudgeCells(parent=self).expect_notebooks()

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **kw)
        path = Path(filename)
        resources = {**(resources or {}), SUBMITTED: path, "metadata": {"name": path.stem, "path": str(path.parent)}}
        empty: Any = new_notebook()
        return super().from_notebook_node(empty, resources=resources)  # type: ignore[no-untyped-call]


class Graft(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """The step that puts the submission's answers into the released notebook, and takes back any earlier grade."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Result:
        names, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        release = Path(coursedir.format_path(coursedir.release_directory, ".", names["assignment"]))
        notebook = release / f"{names['notebook']}.ipynb"
        if not notebook.is_file():
            raise JudgeError(f"{notebook} is missing. Run: nbgrader generate_assignment {names['assignment']}")
        autograded = coursedir.format_path(coursedir.autograded_directory, names["student"], names["assignment"])
        _remove_strangers(Path(autograded), release)
        _ungrade(names)
        grafted = graft(resources[SUBMITTED], nbformat.read(notebook, as_version=4))
        if written.is_written(grafted):
            _show_rubric(grafted, names)
        for note in grafted.metadata[KATA].get("notes", []):
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], note)
        return grafted, resources


class JudgeCells(NbGraderPreprocessor):  # type: ignore[misc]
    """The step that grades the notebook in jailed workers, and writes scores and reports as a kernel's output."""

    course = Unicode("", help="the folder with kata's course.toml, as seen from the nbgrader course").tag(config=True)
    secret = Unicode("", help="what gives each answer its inputs (default: what is in kata_secret)").tag(config=True)
    seed = Integer(None, allow_none=True, help="the same inputs for all answers; students must not know it").tag(
        config=True
    )
    processes = Integer(1, help="how many judges work at a time").tag(config=True)
    allow_unisolated = Bool(False, help="grade even where submissions cannot be isolated").tag(config=True)

    def expect_notebooks(self) -> None:
        with suppress(UsageError):  # there is no course, which the first notebook will tell
            ahead.get_ready(self.parent.parent, self._course())

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Result:
        if written.is_written(nb):
            return written.with_notes(nb), resources
        ours, converter = nb.metadata[KATA], self.parent.parent
        why = ours.get("unreadable")
        verdict = None
        course = self._course()
        words = words_of(course)(ours["exercise"])
        if not why:
            settings = {
                "seed": self.seed,
                "secret": self._secret(),
                "processes": self.processes,
                "allow_unisolated": self.allow_unisolated,
            }
            verdict = ahead.verdict(nb, resources["nbgrader"], converter, course, settings)
        cells = [cell for cell in nb.cells if marks(cell).get("grade") and not marks(cell).get("solution")]
        for cell in cells:
            first = cell is cells[0]
            text = report(verdict, cell, ours, first, words) if verdict else unreadable(why, cell, words)
            score = cell_score(verdict, cell, cells) if verdict else 0.0
            cell.execution_count = 1
            # nbgrader scores a cell 0 for anything on stderr, and gives full marks if there is no number.
            cell.outputs = [
                new_output("stream", name="stdout", text=text + "\n"),
                new_output("execute_result", data={"text/plain": repr(score)}, execution_count=1),
            ]
        return nb, resources

    def _secret(self) -> str:
        """The secret of the class, kept beside the gradebook; none is needed where there is a seed."""
        if self.seed is not None:
            return ""
        return self.secret or secret_in(Path(self.parent.parent.coursedir.root, FILE))

    def _course(self) -> Course:
        root = Path(self.parent.parent.coursedir.root, self.course) if self.course else None
        return Course.load(root.resolve()) if root else Course.find()


def _remove_strangers(autograded: Path, release: Path) -> None:
    """Remove other files that were handed in: nbgrader takes all into the feedback, even behind links.

    Its own two files stay, if they are what it writes; without the secret, no student's feedback could be released.
    """
    for file in autograded.rglob("*"):
        known = release / file.relative_to(autograded)
        if not file.is_dir() and file.suffix != ".ipynb" and not known.exists() and not _is_nbgraders(file, autograded):
            file.unlink()
    secret = autograded / "submission_secret.txt"
    if (autograded / "timestamp.txt").exists() and not secret.exists():
        secret.write_text(secrets.token_hex(64))


def _is_nbgraders(file: Path, folder: Path) -> bool:
    forms = {"timestamp.txt": r"[\w :.+-]{1,60}\s*", "submission_secret.txt": "[0-9a-f]{128}"}
    form = forms.get(file.name)
    if form is None or file.parent != folder or file.stat().st_size > MAX_MARK:
        return False
    return re.fullmatch(form, file.read_text(encoding="utf-8", errors="replace")) is not None


def _show_rubric(notebook: NotebookNode, names: dict[str, Any]) -> None:
    """Show the rubric, which no release has, to the person who grades and, with the feedback, to the student."""
    with Gradebook(names["db_url"]) as gradebook:
        for cell in filter(written.is_rubric, notebook.cells):
            source = gradebook.find_source_cell(marks(cell)["grade_id"], names["notebook"], names["assignment"])
            cell.source = written.rubric(source.source)


def _ungrade(names: dict[str, Any]) -> None:
    """Take back an earlier grading's scores, so that they do not stand if this grading fails."""
    with Gradebook(names["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = None, True
        gradebook.db.commit()
