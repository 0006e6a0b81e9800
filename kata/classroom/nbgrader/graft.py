"""A submission by way of the released notebook: nothing comes in but the text of what students write.

So whatever was done to other cells, to metadata, outputs or attachments is without effect, and deleted cells are back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from kata.classroom.nbgrader.submitted_notebook import Unreadable, cells, read_notebook
from kata.learner.code_cells import Code, defined
from kata.text import plain

MAX_CELL = 128 << 10  # characters of one cell: as much as kata takes of a file
KATA = "kata"  # the key of our own metadata, which no submission can write


@dataclass
class Written:
    """A submission's parts, as a release takes them: answers by grade_id, own cells by the cell that they follow."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def graft(submitted: Path, release: NotebookNode) -> NotebookNode:
    """Put the submission's answers and the student's own cells into the released notebook."""
    ours = release.metadata.setdefault(KATA, {})
    try:
        notebook = read_notebook(submitted)
    except Unreadable as why:
        ours["unreadable"] = str(why)
        return release
    written = _written(notebook, release)
    found_as = notebook.get("metadata", {}).get("kata_found_as")
    if isinstance(found_as, str):
        written.notes.append(f"this notebook was handed in as {plain(found_as, 200)}")
    merged = _own(written, "")
    for cell in release.cells:
        grade_id = marks(cell).get("grade_id", "")
        if is_answer(cell):
            _answer(cell, grade_id, written)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        merged.append(cell)
        merged.extend(_own(written, grade_id) if grade_id else [])
    for number, cell in enumerate(merged):
        cell["id"] = f"cell-{number}"
    release.cells = merged
    ours["notes"] = written.notes
    return release


def marks(cell: NotebookNode) -> dict[str, Any]:
    """Read nbgrader's metadata of a cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def is_answer(cell: NotebookNode) -> bool:
    return bool(marks(cell).get("solution") or marks(cell).get("task"))


def codes(notebook: NotebookNode) -> list[Code]:
    """List the code of a grafted notebook. An answer that is as released gives way to one in a cell of the student's
    own.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    own = {name for cell in code if _is_own(cell) for name in defined(cell.source)}
    elsewhere = bool(own & set(notebook.metadata[KATA]["names"]))
    return [
        Code(cell.source, answer=not _is_own(cell))
        for cell in code
        if _is_own(cell)
        or (is_answer(cell) and not marks(cell).get("grade") and not (elsewhere and _kata(cell).get("untouched")))
    ]


def _is_own(cell: NotebookNode) -> bool:
    return bool(_kata(cell).get("own"))


def _kata(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get(KATA, {}))


def _written(notebook: dict[str, Any], release: NotebookNode) -> Written:
    written, last = Written(), ""
    known = {marks(cell)["grade_id"]: cell for cell in release.cells if "grade_id" in marks(cell)}
    released = {cell.source.strip() for cell in release.cells}
    for kind, text, nbgrader in cells(notebook):
        grade_id = nbgrader.get("grade_id")
        if isinstance(grade_id, str) and grade_id in known:
            last, cell = grade_id, known[grade_id]
            if kind != cell.cell_type:
                written.notes.append(f"the cell {last} was turned into {plain(kind, 20)}; it is read as it was")
            if is_answer(cell):
                written.answers.setdefault(last, []).append(text)
            elif text.strip() != cell.source.strip():
                written.notes.append(f"the cell {last} was changed; what is graded is as it was")
        elif text.strip() and text.strip() not in released:
            if len(text) > MAX_CELL:
                written.notes.append(f"a cell of {len(text)} characters was left out: too long")
            else:
                written.own.setdefault(last, []).append((kind, text))
    return written


def _answer(cell: NotebookNode, grade_id: str, written: Written) -> None:
    texts = written.answers.get(grade_id, [])
    changed = [text for text in texts if text.strip() != cell.source.strip()]
    elsewhere = [text for own in written.own.values() for kind, text in own if kind != "code"]
    if not texts:
        written.notes.append(f"the cell {grade_id} is missing; it was put back as it was released")
    if len(texts) > 1:
        written.notes.append(f"the cell {grade_id} is there {len(texts)} times; the last that was changed is graded")
    if elsewhere and not changed and marks(cell).get("grade"):  # a person reads it: words in another cell count
        changed = ["\n\n".join(elsewhere)]
        written.notes.append(f"nothing is in the cell {grade_id}; the words in other cells are taken for the answer")
    if changed:
        cell.source = changed[-1]
        if len(cell.source) > MAX_CELL:
            cell.source = ""
            written.notes.append(f"the cell {grade_id} was left out: longer than {MAX_CELL >> 10} KiB")
    else:
        cell.metadata[KATA] = {"untouched": True}


def _own(written: Written, after: str) -> list[NotebookNode]:
    return [
        new_code_cell(text, metadata={KATA: {"own": True}}) if kind == "code" else new_markdown_cell(_harmless(text))
        for kind, text in written.own.get(after, [])
    ]


def _harmless(markdown: str) -> str:
    from nbconvert.preprocessors.sanitize import SanitizeHTML

    return str(SanitizeHTML(enabled=True).sanitize_html_tags(markdown))
