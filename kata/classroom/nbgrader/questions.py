"""Questions that are answered in words: their notebooks, which a person grades by a rubric in the formgrader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from kata.classroom.nbgrader.graft import KATA
from kata.classroom.nbgrader.source_notebook import as_text, marked
from kata.console import number
from kata.course import Written
from kata.course.solution import REGION
from kata.errors import UsageError

_POINTS = re.compile(r"^- (\d+(?:\.\d+)?): (?=\S)", re.MULTILINE)
_DELIMITERS = re.compile(r"^### (?:BEGIN|END) MARK SCHEME\n?", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """The parts of a file of solutions/: the question, a model answer, and the rubric with points for each line."""

    text: str
    answer: str
    rubric: str

    @property
    def points(self) -> float:
        return sum(map(float, _POINTS.findall(self.rubric)))

    @classmethod
    def of(cls, written: Written) -> Question:
        """Read a question's file; raise UsageError if it is missing or has another form."""
        try:
            text = written.source.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{written.source} cannot be read: {error}. Write it, or take {written} out of course.toml."
            ) from None
        region = REGION.search(text)
        if region is None:
            raise UsageError(f"{written.source} has no model answer. Put one between ### BEGIN and END SOLUTION.")
        question = cls(text[: region.start()].strip(), region["body"].strip(), text[region.end() :].strip())
        if not question.points:
            raise UsageError(f"{written.source} has no rubric. End it in lines like: - 2: what earns two points")
        return question


def notebook(written: Written) -> str:
    """The source notebook: the question, the cell for the answer, and the rubric, which a release does not show."""
    question = Question.of(written)
    points = number(question.points)
    answer = f"### BEGIN SOLUTION\n{question.answer}\n### END SOLUTION"
    rubric = (
        f"*Graded by hand, {points} points. 由老师评分，满分 {points} 分。*\n\n"
        f"### BEGIN MARK SCHEME\n{question.rubric}\n### END MARK SCHEME"
    )
    cells = [
        marked(new_markdown_cell(question.text), f"{written.name}-question"),
        marked(
            new_markdown_cell(answer),
            f"{written.name}-answer",
            grade=True,
            solution=True,
            locked=False,
            points=question.points,
        ),
        marked(new_markdown_cell(rubric), f"{written.name}-rubric"),
    ]
    cells[-1].metadata[KATA] = {"rubric": True}
    return as_text(cells, {"written": written.id})


def is_written(notebook: NotebookNode) -> bool:
    return "written" in notebook.metadata[KATA]


def is_rubric(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get(KATA, {}).get("rubric"))


def rubric(source: str) -> str:
    """Write the rubric as the cell shows it to the person who grades."""
    return _DELIMITERS.sub("", source)


def with_notes(notebook: NotebookNode) -> NotebookNode:
    """Insert the notes on the submission, such as another file name, at the notebook's beginning."""
    ours = notebook.metadata[KATA]
    notes = [*ours.get("notes", []), *([ours["unreadable"]] if "unreadable" in ours else [])]
    if notes:
        lines = "\n".join(f"    note: {note}" for note in notes)  # indented, so that Markdown takes it as it is
        notebook.cells.insert(0, new_markdown_cell(lines, id="notes"))
    return notebook
