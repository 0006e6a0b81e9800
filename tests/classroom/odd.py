"""Submissions that are odd or hostile, each a function (release, right) -> notebook or bytes, and what becomes of it.

`right` is the text of a right answer to softmax, and ROOM in a text stands for the course's folder: what a hostile one
aims at is a canary. A hostile one writes or prints PWNED where it succeeds.
"""

import copy
from dataclasses import dataclass
from typing import Any

from tests.classroom.room import answer, code, is_graded, markdown, marks

TEN = 10.0


@dataclass(frozen=True)
class Odd:
    make: Any
    score: float
    says: str = ""  # what the feedback holds


def kept(change):
    """A submission that differs from the right one by a change in place."""

    def make(release, right):
        notebook = copy.deepcopy(release)
        answer(notebook)["source"] = right
        return change(notebook, right) or notebook

    return make


def written(text):
    """A submission with this text, in which RIGHT stands for the right answer."""

    def make(release, right):
        notebook = copy.deepcopy(release)
        answer(notebook)["source"] = text.replace("RIGHT", right)
        return notebook

    return make


def with_cells(*cells, at):
    def change(notebook, right):
        notebook["cells"][at:at] = copy.deepcopy(cells)

    return kept(change)


def helper_elsewhere(notebook, right):
    body = "def softmax(x, dim=-1):\n    return _helper(x, dim)\n"
    answer(notebook)["source"] = body
    notebook["cells"].insert(1, code(right.replace("def softmax", "def _helper")))
    notebook["cells"].append(code("x = softmax(torch.randn(3)); raise ValueError('an experiment')"))


def imports_in_a_cell_of_their_own(notebook, right):
    lines = right.splitlines()
    imports = [line for line in lines if line.startswith(("import", "from"))]
    answer(notebook)["source"] = "\n".join(line for line in lines if line not in imports)
    notebook["cells"].insert(0, code("%matplotlib inline\n!pip install torch\n" + "\n".join(imports)))


def without(wanted):
    def change(notebook, right):
        notebook["cells"] = [cell for cell in notebook["cells"] if not wanted(cell)]

    return change


def is_answer(cell):
    return bool(marks(cell).get("solution"))


def answer_in_a_new_cell(notebook, right):
    notebook["cells"] = [cell for cell in notebook["cells"] if not is_answer(cell)] + [code(right)]


def answer_below_the_untouched_cell(notebook, right):
    answer(notebook)["source"] = "# YOUR CODE HERE"
    return answer_in_a_new_cell(notebook, right)


def tests_edited(notebook, right):
    for cell in notebook["cells"]:
        if is_graded(cell):
            cell["source"] = "1e9"
            marks(cell)["points"] = 1000
    answer(notebook)["source"] = "def softmax(x, dim=-1):\n    return x\n"


def duplicated(notebook, right):
    untouched = copy.deepcopy(answer(notebook))
    answer(notebook)["source"] = "def softmax(x, dim=-1):\n    return x\n"
    last = copy.deepcopy(untouched)
    notebook["cells"] += [last, *[copy.deepcopy(c) for c in notebook["cells"] if is_graded(c)]]


def retyped(notebook, right):
    for cell in notebook["cells"]:
        cell["cell_type"] = {"code": "markdown", "markdown": "raw"}[cell["cell_type"]]
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def odd_metadata(notebook, right):
    for cell in notebook["cells"]:
        if not is_answer(cell):
            cell["metadata"] = {"nbgrader": {"grade_id": ["x"], "grade": "yes", "points": "many"}}
    notebook["metadata"] = {"kata": {"unreadable": "", "exercise": "../..", "names": 7}, "kernelspec": 3}


def metadata_gone(notebook, right):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def own_grade(notebook, right):
    """Cells that look as if they were graded already."""
    answer(notebook)["source"] = "def softmax(x, dim=-1):\n    return x\n"
    for cell in notebook["cells"]:
        if is_graded(cell):
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "10"}, "metadata": {}, "execution_count": 1}
            ]
            cell["metadata"]["kata"] = {"test": "values", "own": True}
            cell["metadata"]["nbgrader"]["solution"] = True


def as_nbformat_3(release, right):
    cells = []
    for cell in kept(lambda notebook, right: None)(release, right)["cells"]:
        new = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            new |= {"input": cell["source"], "outputs": [], "language": "python", "collapsed": False}
        else:
            new |= {"source": cell["source"]}
        cells.append(new)
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}


NOTHING = "def softmax(x, dim=-1):\n    return x\n"

LINKS = """<script>PWNED()</script> <img src=x onerror=PWNED()> [a](javascript:PWNED()) [b](JaVa&#115;cript:PWNED())
<a href="javascript:PWNED()">c</a> <javascript:PWNED()> ![d](data:text/html;base64,PWNED) <svg onload=PWNED()>

[e]: javascript:PWNED()
[e] and [f](  java\tscript:PWNED()) <iframe srcdoc="<script>PWNED()</script>"></iframe>

$a < b$ and $$<script>PWNED()</script>$$
"""

ODD = {
    # what honest students hand in
    "right": Odd(kept(lambda notebook, right: None), TEN, "passed, 10 / 10"),
    "partly_right": Odd(
        kept(lambda notebook, right: answer(notebook).update(source=right.replace("dim, keepdim", "-1, keepdim"))),
        8.666667,
        "the last axis whatever `dim` says",
    ),
    "untouched": Odd(lambda release, right: release, 0.0, "not written yet"),
    "empty_cell": Odd(written(""), 0.0, "softmax"),
    "syntax_error": Odd(written("def softmax(x, dim=-1:\n    return x\n"), 0.0, "SyntaxError"),
    "endless_loop": Odd(written("def softmax(x, dim=-1):\n    while True: pass\n"), 0.0, "no result within"),
    "memory_bomb": Odd(
        written("import torch\ndef softmax(x, dim=-1):\n    return torch.zeros(1 << 40)\n"), 0.0, "memory"
    ),
    "sys_exit": Odd(written("import sys\nsys.exit(0)\nRIGHT"), 0.0, "SystemExit"),
    "sys_exit_inside": Odd(written("def softmax(x, dim=-1):\n    import sys; sys.exit(0)\n"), 0.0, "ends the program"),
    "stderr_in_a_right_answer": Odd(
        written("import sys, warnings\nwarnings.warn('careful')\nprint('loud', file=sys.stderr)\nRIGHT"), TEN
    ),
    "helper_cells": Odd(kept(helper_elsewhere), TEN),
    "imports_at_the_top": Odd(kept(imports_in_a_cell_of_their_own), TEN),
    "cell_magic": Odd(written("%%time\nRIGHT"), TEN),
    "tests_deleted": Odd(kept(without(is_graded)), TEN),
    "answer_deleted": Odd(kept(without(is_answer)), 0.0, "softmax-solution is missing"),
    "answer_in_a_new_cell": Odd(kept(answer_in_a_new_cell), TEN, "is missing"),
    "all_deleted": Odd(kept(without(lambda cell: True)), 0.0, "is missing"),
    "tests_edited": Odd(kept(tests_edited), 0.0, "was changed; what is graded is as it was"),
    "duplicated": Odd(kept(duplicated), TEN, "2 times"),
    "reordered": Odd(kept(lambda notebook, right: notebook["cells"].reverse()), TEN),
    "retyped": Odd(kept(retyped), TEN, "was turned into markdown"),
    "odd_metadata": Odd(kept(odd_metadata), TEN),
    "metadata_gone": Odd(kept(metadata_gone), TEN, "is missing"),
    "nbformat_3": Odd(as_nbformat_3, TEN),
    "empty_file": Odd(lambda release, right: b"", 0.0, "the file is empty"),
    "no_json": Odd(lambda release, right: b"{{{", 0.0, "no notebook that Jupyter could open"),
    "a_json_list": Odd(lambda release, right: b"[1, 2]", 0.0, "no notebook"),
    "a_python_file": Odd(lambda release, right: right.encode(), 0.0, "no notebook"),
    "nested_deep": Odd(lambda release, right: b"[" * 200_000, 0.0, "no notebook"),
    "binary": Odd(lambda release, right: bytes(range(256)) * 9, 0.0, "no text in UTF-8"),
    "cells_no_list": Odd(lambda release, right: {**release, "cells": {"a": 1}}, 0.0),
    "a_long_cell": Odd(written("RIGHT" + "#" * 200_000), 0.0, "longer than 128 KiB"),
    "half_a_character": Odd(written("RIGHT\n# \ud800"), TEN),
    "张三": Odd(kept(lambda notebook, right: None), TEN),
    # what gains nothing
    "comparisons_patched": Odd(
        written(f"import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\n{NOTHING}"), 0.0, "wrong"
    ),
    "lying_tensor": Odd(
        written(
            "import torch\nclass Yes(torch.Tensor):\n    def __eq__(self, other): return True\n"
            "def softmax(x, dim=-1):\n    return x.as_subclass(Yes)\n"
        ),
        0.0,
    ),
    "ipython_transformer": Odd(
        written(
            "ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: ['10.0'])\n" + NOTHING,
        ),
        0.0,
        "get_ipython",
    ),
    "kernel_patched": Odd(
        written(
            "import ipykernel.ipkernel as k\nasync def do(*a, **kw): return {'status': 'ok'}\n"
            "k.IPythonKernel.do_execute = do\n" + NOTHING
        ),
        0.0,
    ),
    "already_graded": Odd(kept(own_grade), 0.0),
    "gradebook_written": Odd(
        written(
            "import sqlite3\n"
            "try:\n    c = sqlite3.connect('ROOM/gradebook.db')\n"
            "    c.execute('update grade set manual_score = 10'); c.commit()\n"
            "except Exception: pass\n" + NOTHING
        ),
        0.0,
    ),
    "answers_looked_up": Odd(
        written(
            "import os\nprint('PW' + 'NED' if os.path.exists('ROOM/source/01_tensors/softmax.ipynb') else '')\n"
            + NOTHING
        ),
        0.0,
    ),
    "script_in_markdown": Odd(with_cells(markdown(LINKS), at=1), TEN),
    "script_in_a_note": Odd(lambda release, right: {**release, "metadata": {"kata_found_as": LINKS}}, 0.0),
    "script_printed": Odd(written("print('<script>PWNED()</script>')\nRIGHT"), TEN, "<script>PWNED()"),
    "script_raised": Odd(
        written("def softmax(x, dim=-1):\n    raise ValueError('<script>PWNED()</script>')\n"), 0.0, "ValueError"
    ),
}
