"""Reading a notebook that somebody handed in: it may be anything."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_NOTEBOOK = 50 << 20  # bytes: room for many pictures, and what a judge can hold in memory


class Unreadable(Exception):
    """A notebook of which nothing can be graded; the message tells the student why."""


def read_notebook(path: Path) -> dict[str, Any]:
    """The notebook in format 4, whatever it was.

    Raises:
        Unreadable: it is no notebook, or too large.
    """
    import nbformat

    text = _text(path)
    if not text.strip():
        raise Unreadable("the file is empty. Hand in the notebook again.")
    try:
        if not isinstance(json.loads(text), dict):
            raise TypeError("it holds no notebook")
        notebook = nbformat.reads(text, as_version=4)
    except RecursionError:
        raise Unreadable("the file is no notebook: it is nested too deep.") from None
    except Exception as error:  # nbformat's converters raise whatever an odd notebook makes them
        reason = " ".join(str(error).split())[:200]
        raise Unreadable(f"the file is no notebook that Jupyter could open ({reason}). Hand it in again.") from None
    return dict(notebook)


def cells(notebook: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The type, the text and nbgrader's metadata of each cell that has a text."""
    found = notebook.get("cells")
    for cell in found if isinstance(found, list) else []:
        if not isinstance(cell, dict) or not isinstance(cell.get("source"), str):
            continue
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        text = cell["source"].encode("utf-8", "replace").decode()  # half a character could not be written back
        yield str(cell.get("cell_type")), text, dict(marks) if isinstance(marks, dict) else {}


def _text(path: Path) -> str:
    try:
        if not path.resolve().is_relative_to(path.parent.resolve()) or not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("the file is a link or a device. Hand in the notebook itself.")
        size = path.stat().st_size
        if size > MAX_NOTEBOOK:
            raise Unreadable(
                f"the notebook has {size >> 20} MB, and the limit is {MAX_NOTEBOOK >> 20}. "
                "Clear its outputs and hand it in again."
            )
        with path.open("rb") as file:
            return file.read(MAX_NOTEBOOK + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is no text in UTF-8, and so no notebook. Hand it in again.") from None
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror}.") from None
