"""`kata.check` in a notebook, in a file and by hand."""

import base64
import importlib.util
import re
import sys

import nbformat
import pytest
import torch
from nbclient import NotebookClient

import kata
from kata import language
from kata.course import Course
from kata.errors import UsageError
from kata.learner.code_cells import Code, defined, module_text
from kata.learner.notebook import Checked, check
from kata.report.words import Words
from kata.verdict import Difference, SubmissionVerdict, TestVerdict, exercise_verdict
from tests.classroom.room import ROOT, answer

NASTY = "<script>alert(1)</script> {{ 7 * 7 }} <img src=x onerror=alert(1)>"


def test_in_a_real_kernel(small_room, right):
    """The released notebook, run by Jupyter's own client: a mistake, then the right answer."""
    notebook = small_room.answered(right.replace("dim, keepdim", "-1, keepdim"))
    again = [{**answer(small_room.answered(right)), "id": "a"}, {**notebook["cells"][2], "id": "b"}]
    cells = [*notebook["cells"][1:3], *again]
    run = nbformat.from_dict({**notebook, "cells": cells})
    NotebookClient(run, timeout=120, kernel_name="python3").execute()
    wrong, passed = (run.cells[n].outputs[0]["data"] for n in (1, 3))
    assert "partial" in wrong["text/html"] and "8.67 / 10" in wrong["text/html"]
    assert "the last axis whatever `dim` says" in wrong["text/html"]
    assert "passed" in passed["text/html"] and "10 / 10" in passed["text/html"]
    assert "the last axis whatever `dim` says" in wrong["text/plain"], "a terminal has the words of `kata grade`"


def test_of_a_file_and_of_a_function(tmp_path, right, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "mine.py"
    file.write_text(right + "\n\nif __name__ == '__main__':\n    raise SystemExit\n")
    assert check("softmax", None, {"__file__": str(file)}).verdict.score == 10.0
    spec = importlib.util.spec_from_file_location("mine", file)
    mine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mine)
    assert kata.check("softmax", mine.softmax).verdict.score == 10.0
    with pytest.raises(UsageError, match="nothing to grade here"):
        check("softmax", None, {})


def test_of_a_text(monkeypatch):
    monkeypatch.chdir(ROOT)
    checked = kata.check("softmax", "def softmax(x, dim=-1):\n    raise NotImplementedError\n")
    assert checked.verdict.status == "not_started" and "not written yet" in checked._repr_html_()
    with pytest.raises(UsageError, match="Nearest: softmax"):
        kata.check("softmaxx", "")


def test_no_text_acts_on_the_page():
    tests = [TestVerdict(NASTY, "failed", 0.0, 1.0, NASTY, NASTY, NASTY)]
    verdict = exercise_verdict("01_a/one", tests, 0.1, printed=NASTY)
    html = Checked(SubmissionVerdict("x", "cpu", 0, "none", [verdict]), Words())._repr_html_()
    assert "<script" not in html and "<img" not in html and "49" not in html
    assert html.count("&lt;script&gt;") == 5 and "NOT isolated" in html


def test_the_picture_of_a_difference():
    numbers = torch.arange(12.0).reshape(3, 4)
    html = shown(Difference(numbers, numbers.T.reshape(3, 4), numbers % 5 > 0))
    (data,) = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="Heat maps[^"]*: 9 of 12 are wrong\."', html)
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "<img" not in shown(Difference(torch.tensor(1.0), torch.tensor(2.0), torch.tensor(True))), "of one number"
    assert "<img" not in shown(None)


def test_without_matplotlib_there_is_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    numbers = torch.arange(12.0)
    assert "<img" not in shown(Difference(numbers, numbers + 1, numbers > -1))


def shown(difference):
    test = TestVerdict("values", "failed", 0.0, 1.0, "off", difference=difference)
    return Checked(
        SubmissionVerdict("x", "cpu", 0, "full", [exercise_verdict("01_a/one", [test], 0.1)]), Words()
    )._repr_html_()


def test_in_chinese():
    (softmax,) = Course.load(ROOT).select(["softmax"])
    test = TestVerdict("values", "failed", 0.0, 1.0, "not written yet", "powers of two")
    verdict = SubmissionVerdict("x", "cpu", 0, "full", [exercise_verdict(softmax.id, [test], 0.1)])
    language.use("zh_CN")
    try:
        html = Checked(verdict, Words(softmax))._repr_html_()
    finally:
        language.use("")
    assert "用了 2 的幂" in html and "还没有写" in html and "1 个测试中通过 0 个" in html


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        pytest.param([Code("x = 1\ny = x\n", answer=True)], "x = 1\ny = x\n", id="the answer as it is"),
        pytest.param(
            [Code("import math\nprint(1)\n1/0"), Code("def f():\n    return math.pi", answer=True)],
            "import math\n\ndef f():\n    return math.pi\n",
            id="an import, and no experiment",
        ),
        pytest.param(
            [Code("a = 2\nb = a + 1\nc = 9"), Code("def f(c):\n    return b + c", answer=True)],
            "a = 2\nb = a + 1\n\ndef f(c):\n    return b + c\n",
            id="what a helper needs, and no parameter's namesake",
        ),
        pytest.param(
            [Code("def f(): return 1"), Code("f = 3"), Code("z = 1")], "def f():\n    return 1\n\nf = 3\n", id="by name"
        ),
        pytest.param([Code("def f(): return 1"), Code("def f(): return 2")], "def f():\n    return 2\n", id="the last"),
        pytest.param([Code("%%time\n!ls\ndef f(): return 1")], "def f():\n    return 1\n", id="magics"),
        pytest.param([Code("def f(:", answer=True)], "def f(:\n", id="a syntax error stays one"),
        pytest.param(
            [Code("class f: pass"), Code("f.g = 1")], "class f:\n    pass\n\nf.g = 1\n", id="a class that is added to"
        ),
        pytest.param([Code("def broken(:"), Code("")], "\n", id="nothing"),
    ],
)
def test_the_text_that_is_graded(cells, text):
    assert module_text(cells, ["f"]) == text


def test_what_a_text_defines():
    assert defined("def f(): pass\nclass G: pass\nx = 1") == ["f", "G"]
    assert defined("def f(:") == []
