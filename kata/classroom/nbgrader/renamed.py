"""Notebooks that were handed in under another name: known by their cells, and given their names back."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from kata.classroom.nbgrader.submitted_notebook import Unreadable, cells, read_notebook
from kata.files import write_atomically


def give_back_their_names(notebooks: list[str], **_: Any) -> None:
    """nbgrader's pre_convert_hook: lay a copy with the right name beside each, and add it to what is converted."""
    folders = {Path(notebook).parent for notebook in notebooks}
    for folder in folders:
        for path in sorted(folder.glob("*.ipynb")):
            name = _name(path)
            right = folder / f"{name}.ipynb"
            if name in ("", path.stem) or right.exists():
                continue
            notebook = read_notebook(path)
            notebook["metadata"] = {**dict(notebook.get("metadata", {})), "kata_found_as": path.name}
            write_atomically(right, json.dumps(notebook))
            notebooks.append(str(right))


def _name(path: Path) -> str:
    """The exercise that most cells of the notebook belong to, by their ids; '' for none."""
    try:
        notebook = read_notebook(path)
    except Unreadable:
        return ""
    ids = [marks.get("grade_id") for _, _, marks in cells(notebook)]
    names = Counter(one.rpartition("-")[0] for one in ids if isinstance(one, str) and one.isascii())
    name = names.most_common(1)[0][0] if names else ""
    return name if name.isidentifier() else ""
