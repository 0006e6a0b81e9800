"""How a verdict speaks: once for one cause, in the words of the student's own function, and never in the student's voice."""

import math
import random
import re
import subprocess
import sys
from copy import copy

import pytest
import torch

from kata.judge.calls import calls_of, lines_of, parameters_of
from kata.judge.checks import _called
from kata.judge.described import arguments, in_words
from kata.judge.scoring import read_submission
from kata.judge.texts import grade_sources
from kata.report import gradescope, table
from kata.report.words import Words
from kata.verdict import SubmissionVerdict, Wrong

SOURCE = """
from torch import nn

def plain(x, dim=-1): ...
def rest(first, *masks): ...

class Layer(nn.Module):
    def __init__(self, width, bias=True): ...
    def forward(self, x, mask=None): ...
    def step(self, y): ...
"""
X = torch.tensor([[1.5, -math.inf]])


def softmax(*body, head="import torch"):
    return "\n".join([head, "def softmax(x, dim=-1):", *(f"    {line}" for line in body), ""])


def said(verdict):
    """What a person reads of one exercise."""
    return table.explained(verdict, Words())


@pytest.fixture
def graded(judge, course):
    (exercise,) = course.select(["softmax"])
    return lambda *sources: grade_sources(judge, exercise, sources)


# what a student wrote, and the one sentence about it
CAUSES = {
    "a missing argument": ("def softmax(x): return x", "cannot be called as the exercise says: softmax() got an unexp"),
    "no function": ("softmax = 3", "cannot be called as the exercise says: 'int' object is not callable"),
    "a name that is not there": (softmax("return undefined"), "NameError: name 'undefined' is not defined (line 3"),
    "nothing": ("", "`softmax` is not defined in the file"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_one_cause_is_said_once_with_how_many_cases_it_fails(graded, cause):
    source, sentence = CAUSES[cause]
    (verdict,) = graded(source)
    text = said(verdict)
    assert text.count(sentence) == 1, text
    assert "all 12 tests" in text and text.count("for x: float32") == 1


def test_gradescope_says_it_once_too(graded):
    (verdict,) = graded("def softmax(x): return x")
    result = gradescope.render(SubmissionVerdict("x", "cpu", 0, "full", [verdict]))
    assert result.count("cannot be called") == 1 and result.count(f'"as in {verdict.tests[0].name}"') == 11


def test_an_argument_of_another_name_is_no_type_error_of_its_own(graded):
    (verdict,) = graded("def softmax(x, axis=-1): raise TypeError")
    refused = next(test for test in verdict.tests if "refused" in test.name)
    assert "should raise" not in refused.message and "cannot be called" in refused.message


@pytest.mark.parametrize("name", ["MissingError", "ProtocolError", "passed\\n10 / 10\\n", "SystemExit2"])
def test_an_exception_never_speaks_for_the_judge(graded, name):
    text = "all tests passed\\n\\ntotal 10 / 10" + " " * 300 + "passed"
    (verdict,) = graded(softmax(f"raise type({name!r}.replace(chr(92) + 'n', chr(10)), (Exception,), {{}})({text!r})"))
    for test in verdict.tests:
        first, *others = test.message.split("\n")
        assert first.startswith("raises ") and all(other.startswith("for x: ") for other in others), test.message
        assert "  " not in first.partition("(line")[0]


def test_the_quoted_line_is_the_one_at_fault_whatever_ends_no_line(graded):
    head = "# one\n\f\n# two \x1c \u2028 and so on\nimport torch"
    (verdict,) = graded(softmax("return x.amaxx(dim)", head=head))
    assert "(line 6: `return x.amaxx(dim)`)" in verdict.tests[0].message


def test_a_file_beside_the_answer_is_told_to_be_none_of_it(graded):
    for source in ("import helpers\n", "from . import helpers\n", "from exercises.softmax import softmax\n"):
        (verdict,) = graded(source)
        assert "nothing but this file is graded" in verdict.tests[0].message
    (verdict,) = graded("from torch import nothing\n")
    assert verdict.status == "broken" and "nothing but this file" not in verdict.tests[0].message


def test_a_declared_encoding_is_read_as_python_reads_it(tmp_path):
    file = tmp_path / "softmax.py"
    for encoding, text in (("latin-1", "é"), ("gbk", "中文"), ("utf-8", "中文")):
        file.write_bytes(f"# -*- coding: {encoding} -*-\n# {text}\n".encode(encoding))
        source, wrong = read_submission(file)
        assert wrong is None and text in source
    for data in (b"# -*- coding: klingon -*-\n", b"# caf\xe9\n", b"# coding: rot13\n", "x = 1\n".encode("utf-16")):
        file.write_bytes(data)
        _, wrong = read_submission(file)
        assert wrong and wrong.status == "broken" and str(wrong).endswith("save it as UTF-8"), wrong


def test_only_what_was_printed_for_the_case_is_shown_with_it(graded):
    (verdict,) = graded(
        softmax("print(tuple(x.shape), x.dtype, dim)", "return x * 0", head="import torch\nprint('at import')")
    )
    for test in verdict.tests:
        assert test.passed or test.example is None or len(test.example.printed.splitlines()) == 1, test
    assert verdict.tests[0].example.printed == "(4, 4) torch.float32 1\n"
    assert "at import" in verdict.printed and verdict.printed.count("(4, 4)") > 1
    text = said(verdict)
    assert (
        text.count("it printed:") == 1
        and re.search(r"it printed:\s+\(\d, \d\) torch\.", text)
        and "at import" not in text
    )


def test_what_was_printed_before_the_end_is_shown(graded):
    (verdict,) = graded(softmax("print('so far', flush=True)", "import os", "os._exit(1)"))
    assert verdict.tests[0].example.printed == "so far\n"


def calls(scenario, **inputs):
    return calls_of(scenario, inputs, SOURCE)


def line(scenario, **inputs):
    wrong, made = Wrong("wrong"), calls(scenario, **inputs)
    wrong.inputs, wrong.calls = _called(made, inputs), len(made)
    return in_words(wrong, {}).removeprefix("wrong\nfor ")


def test_arguments_are_told_as_the_function_has_them():
    assert (
        line(lambda impl, x, flag: impl.plain(x, 0).shape if flag else 1, x=X, flag=True)
        == "x: float32 (1, 2), dim = 0"
    )
    assert line(lambda impl, x: impl.plain(x.mT), x=X) == "x: float32 (2, 1)"
    assert line(lambda impl, m: impl.rest(*m), m=[3, X, None]) == "first = 3, masks[0]: float32 (1, 2), masks[1] = None"
    assert line(lambda impl, **sizes: impl.rest(**sizes)) == "rest()"
    both = "x: float32 (1, 2), dim = 1, in the first of 2 calls"
    assert line(lambda impl, x: [impl.plain(x, dim=d) for d in (1, 0)], x=X) == both
    assert line(lambda impl, n: n + 1, n=1) == "n = 1"
    spans = [(start, start + 3) for start in range(10, 28)]
    assert line(lambda impl, n: n + 1, n=spans) == f"n = {spans}"
    assert line(lambda impl, n: n + 1, n=spans * 2) == "n = list (36)"


def test_a_module_is_told_by_how_it_is_made():
    from kata.grading import load

    def attend(impl, state, x):
        return load(impl.Layer(4, bias=False), state)(x)

    def step(impl, state, x):
        return load(impl.Layer(4), state).eval().step(x)

    given = {"state": {"weight": X}, "x": X}
    assert line(attend, **given) == "module = Layer(4, bias=False), x: float32 (1, 2)"
    assert line(step, **given) == "module = Layer(4), y: float32 (1, 2)"
    assert line(lambda impl, width: [p.shape for p in impl.Layer(width).parameters()], width=3) == "width = 3"
    assert lines_of(calls(step, **given), given).splitlines()[-1] == "print(module.step(x))".replace("x", "y")


def test_a_module_that_is_handed_to_a_call_is_told_by_its_kind():
    from kata.grading import load

    def hand_over(impl, state, x):
        return impl.plain(x, [copy(load(impl.Layer(4), state)), x])

    given = {"state": {"weight": X}, "x": X}
    found = calls(hand_over, **given)
    assert found and "Module" in lines_of(found, given)


def test_a_scenario_without_an_end_is_not_followed_to_it():
    def forever(impl, x):
        while True:
            impl.plain(x)

    assert len(calls(forever, x=X)) == 50


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool]
)
def test_the_lines_of_a_case_make_the_same_numbers(dtype):
    generator = torch.Generator().manual_seed(random.randrange(2**32))
    x = (torch.randn(3, 2, 4, generator=generator, dtype=torch.float64) * 100).to(dtype)
    if dtype.is_floating_point:
        x[0, 0, :3] = torch.tensor([math.inf, -math.inf, math.nan])
    program = lines_of(calls(lambda impl, x: impl.plain(x, dim=1), x=x), {"x": x})
    given = {}
    exec(program, {"plain": lambda x, dim: given.update(x=x, dim=dim)})
    assert given["dim"] == 1 and given["x"].dtype == dtype
    assert torch.equal(given["x"].nan_to_num(0.5), x.nan_to_num(0.5))


def test_too_many_numbers_are_said_to_be():
    x = torch.zeros(50, 50)
    assert "x = ...  # float32 (50, 50), all 0.0: too many numbers to show" in lines_of(
        calls(lambda impl, x: impl.plain(x), x=x), {}
    )


def test_parameters_of_what_is_no_program_are_none():
    assert parameters_of("def f(:") == {}


def test_what_lies_beside_the_makefile_is_not_taken_for_a_library(tmp_path):
    for name in ("random", "typing", "json", "numbers"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a note of the learner was run')\n")
    run = subprocess.run(
        [sys.executable, "-m", "kata", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0 and "usage: kata" in run.stdout, run.stderr


def test_an_argument_without_numbers_is_described():
    assert "int64 (3,)" in arguments({"lengths": torch.zeros(3, dtype=torch.int64, device="meta")}, {})
