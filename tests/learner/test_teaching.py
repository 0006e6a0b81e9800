"""Verdicts that teach: the smallest case first, numbers side by side, axes by name, a map of the difference."""

import io
import shutil

import pytest
import torch

from kata.cli import main
from kata.console import console
from kata.course import Course
from kata.judge.agreement import check_agreement
from kata.judge.axes import axes_of
from kata.judge.described import in_words
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.learner import after_a_pass as compare
from kata.report import difference, json_lines, table
from kata.report.words import words_of
from kata.verdict import Difference, TestVerdict, Wrong, smallest_first
from tests.conftest import ROOT
from tests.learner.conftest import RIGHT, WRONG

LAST_AXIS = "the last axis whatever `dim` says"


@pytest.fixture(scope="module")
def softmax(tmp_path_factory, zygote):
    """The verdict on a softmax that goes along the last axis, and the course."""
    course = Course.load(ROOT)
    exercise = next(e for e in course.exercises if e.name == "softmax")
    file = tmp_path_factory.mktemp("submission") / "softmax.py"
    source = exercise.solution.read_text().replace("dim, keepdim=True", "-1, keepdim=True")
    file.write_text(source)
    (verdict,) = Judge(course, zygote).grade([exercise], [Job("mine", {exercise.id: file})])
    return verdict, course


def shown(show, width=100):
    text = io.StringIO()
    out = console(text)
    out.width = width
    show(out)
    return text.getvalue()


def test_a_failed_test_keeps_its_numbers_for_the_terminal_alone(softmax):
    verdict, _ = softmax
    failed = [test for test in verdict.exercises[0].tests if not test.passed]
    assert failed and all(test.mistake == LAST_AXIS for test in failed)
    assert all(test.difference.got.shape == test.difference.expected.shape for test in failed)
    assert "difference" not in json_lines.render([verdict])


def test_the_smallest_case_comes_first_with_its_numbers(softmax):
    verdict, course = softmax
    said = shown(lambda out: table.show(out, [verdict], [{}], words_of(course)))
    assert said.index("values[the first axis]") < said.index("values[an axis in the middle]")
    assert said.count("got   ") == 1 and "0.3354" in said and "0.2067" in said


def test_the_order_is_by_numbers_that_go_in():
    tests = [
        TestVerdict(name, "failed", 0, 1, inputs=numbers)
        for name, numbers in (("none", 0), ("large", 81), ("small", 2))
    ]
    assert [test.name for test in smallest_first(tests)] == ["small", "large", "none"]


X = torch.arange(24.0)


@pytest.mark.parametrize(
    "inputs, axes, said",
    [
        ({"q": X.view(3, 8)}, {"q": ["*batch queries d_k"]}, "q: float32 (queries=3, d_k=8)"),
        ({"q": X.view(2, 4, 3)}, {"q": ["*batch queries d_k"]}, "q: float32 (2, queries=4, d_k=3)"),
        ({"m": X.view(6, 4) > 9}, {"m": ["#B #T #S", "#T #S"]}, "m: bool (T=6, S=4)"),
        ({"x": X}, {"x": ["tokens"]}, "x: float32 (tokens=24)"),
        ({"x": X}, {}, "x: float32 (24,)"),
        ({"x": X.view(8, 3), "dim": 0}, {"x": ["*shape"]}, "x: float32 (8, 3), dim = 0"),
    ],
)
def test_axes_by_name(inputs, axes, said):
    wrong = Wrong("the result is wrong")
    wrong.inputs = inputs
    assert in_words(wrong, axes) == f"the result is wrong\nfor {said}"


def test_the_axes_of_a_result_by_name():
    with pytest.raises(Wrong) as found:
        check_agreement(X, X.view(8, 3), X.view(8, 3), torch.float32)
    assert in_words(found.value, {"return": ["T D"]}) == "the result has shape (24,), expected (T=8, D=3)"
    assert in_words(found.value, {}) == str(found.value) == "the result has shape (24,), expected (8, 3)"


def test_the_axes_come_from_the_signature():
    course = Course.load(ROOT)
    exercise = next(e for e in course.exercises if e.name == "multi_head_attention")
    assert axes_of(exercise.solution)["query"] == ["B T D"]


GOT = torch.arange(12.0).reshape(3, 4)


def off(*places):
    expected, wrong = GOT.clone(), torch.zeros(3, 4, dtype=torch.bool)
    for place in places:
        expected[place] += 1
        wrong[place] = True
    return Difference(GOT, expected, wrong)


def test_side_by_side_marks_what_is_wrong():
    lines = [str(line) for line in difference.side_by_side(off((1, 2)), 100)]
    assert lines[0].split() == ["got", "expected"] and "!6" in lines[2] and "!7" in lines[2]
    assert all("!" not in line for line in (lines[1], lines[3]))
    narrow = difference.side_by_side(off((1, 2)), 20)
    assert len(narrow) == 8 and all(line.cell_len <= 20 for line in narrow)


@pytest.mark.parametrize(
    "got, expected",
    [
        (torch.tensor(1.0), torch.tensor(2.0)),
        (torch.tensor([float("nan"), 1.0]), torch.tensor([0.0, 1.0])),
        (torch.full((2, 3, 4, 5), float("inf")), torch.zeros(2, 3, 4, 5)),
        (torch.arange(6), torch.zeros(6, dtype=torch.int64)),
        (torch.randn(100, 128), torch.zeros(100, 128)),
        (torch.zeros(3, dtype=torch.bool), torch.ones(3, dtype=torch.bool)),
    ],
    ids=["a number", "NaN", "four axes of inf", "whole numbers", "many", "yes and no"],
)
@pytest.mark.parametrize("width", [20, 100])
def test_every_difference_can_be_drawn(got, expected, width, tmp_path):
    one = Difference(got, expected, got != expected)
    assert difference.side_by_side(one, width)
    if got.dim():
        for colour in (True, False):
            lines = difference.heat_map(one, width, colour=colour)
            assert all(line.cell_len <= max(width, 30) for line in lines) and len(lines) < 150
    if width == 100 and got.numel() in (1, 3, 120):
        difference.png(one, tmp_path / "it.png", "a title 标题")
        assert (tmp_path / "it.png").read_bytes().startswith(b"\x89PNG")


def test_the_map_is_dark_where_it_is_wrong():
    lines = [str(line) for line in difference.heat_map(off((0, 0), (2, 3)), 80, colour=False)]
    assert lines[1:] == ["@@      ", "        ", "      @@"]


def test_kata_diff(warm, course, save, capsys):
    save(0, WRONG)
    assert main(["diff", "double", "--png", "it.png"]) == 1
    out = capsys.readouterr().out
    assert "values[a row]" in out and "expected" in out and "how far off" in out
    assert (course.root / "it.png").is_file()
    save(0, RIGHT)
    assert main(["diff", "double"]) == 0
    assert "every test passed" in capsys.readouterr().out
    course.exercises[0].stub.unlink()
    assert main(["diff", "double"]) == 2 and "kata reset" in capsys.readouterr().err


def test_after_a_pass_the_reference_is_offered(warm, course, save, capsys):
    save(0, RIGHT)
    assert main(["grade", "double"]) == 0
    out = capsys.readouterr().out
    assert "solutions/01_one/double.py" in out and "Also right: adds instead of multiplying." in out
    shutil.rmtree(course.root / "solutions")
    assert shown(lambda out: compare.offer(out, course.exercises[0])) == "", "a copy without solutions offers none"
