"""What a learner reads is there in every language, whole and up to date."""

import ast
import io
import re
from collections import defaultdict

import pytest
from nbformat import from_dict
from rich.cells import cell_len
from rich.text import Text

from kata import language
from kata.classroom.nbgrader.feedback import report
from kata.cli import main
from kata.console import console
from kata.course import Course
from kata.course.grader_text import spoken
from kata.course.solution import stub
from kata.language import docstrings, harness, known, read, told, tr
from kata.language.catalogues import all_of, faults, update
from kata.language.exercise import CASE, HINT, MESSAGE, MISTAKE, TEST, catalogue, in_words, say, texts
from kata.language.templates import matched
from kata.learner.notebook import Checked
from kata.report import render
from kata.report.words import Words, words_of
from kata.report.wrap import wrap
from kata.verdict import SubmissionVerdict, TestVerdict, exercise_verdict
from tests.conftest import ROOT, grader_of

COURSE = Course.load(ROOT)
CATALOGUES = list(all_of(COURSE))
OF_EXERCISES = {catalogue(exercise, "zh_CN") for exercise in COURSE.exercises}


@pytest.fixture
def chinese():
    language.use("zh_CN")
    yield
    language.use("")


@pytest.mark.parametrize(
    "file, code, wanted", CATALOGUES, ids=[str(file.relative_to(ROOT)) for file, _, _ in CATALOGUES]
)
def test_nothing_is_untranslated_or_stale(file, code, wanted):
    """`make translations` brings a catalogue up to the sources; what it then lacks is for a person to write.

    An exercise without any catalogue is shown in English, and waits for its translator. One that has a catalogue is
    translated to the last string: half a statement in each language helps nobody.
    """
    if file in OF_EXERCISES and not file.is_file():
        pytest.skip(
            f"{file.relative_to(ROOT)} is not begun: `make translations ARGS={file.stem}`, {len(wanted)} strings"
        )
    assert not faults(file, code, wanted), f"run `make translations`, then translate in {file.relative_to(ROOT)}"


def test_no_catalogue_is_left_of_an_exercise_that_is_gone():
    there = {path for path in (ROOT / "translations").rglob("*.po") if path.name != "course.po"}
    assert there <= OF_EXERCISES


def test_what_is_missing_is_said(tmp_path):
    file, wanted = tmp_path / "it.po", {("", "one `code` {n}"): ["a"], ("hint", "two"): ["b"]}
    update(file, "zh_CN", wanted)
    assert len(faults(file, "zh_CN", wanted)) == 2
    text = file.read_text().replace('msgid "two"\nmsgstr ""', 'msgid "two"\nmsgstr "二"')
    file.write_text(text.replace('{n}"\nmsgstr ""', '{n}"\nmsgstr "一"'))
    assert faults(file, "zh_CN", wanted) == ["other places: one `code` {n}", "without `code`: one `code` {n}"]
    assert faults(file, "zh_CN", {("hint", "two"): ["b"]}) == ["stale: one `code` {n}"]
    update(file, "zh_CN", {("hint", "two"): ["b"], ("hint", "one `code` {m}"): ["c"]})
    assert faults(file, "zh_CN", {("hint", "two"): [], ("hint", "one `code` {m}"): []})[0].startswith(("fuzzy", "untr"))


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=str)
def test_a_stub_in_another_language_is_the_same_code(exercise):
    fresh = stub(exercise.solution.read_text())
    other = in_words(exercise, fresh, "zh_CN")
    compile(other, "stub.py", "exec")
    assert _code(fresh) == _code(other)
    if catalogue(exercise, "zh_CN").is_file():
        assert other != fresh and max(map(len, other.split("\n"))) <= 130
    assert in_words(exercise, fresh, "en") == fresh


def _code(source):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body[0].value.value = [
                line for line in ast.get_docstring(node).split("\n") if ">>>" in line or "$$" in line
            ]
    return ast.dump(tree)


def test_what_was_said_in_english_is_told_in_chinese(chinese):
    off = (
        "the result is wrong: 3 of 12 numbers off, by up to 0.356 (allowed 2.5e-06), first at [0, 0]: got 1, expected 2"
    )
    assert told(off).startswith("结果不对：12 个数中有 3 个有偏差，最多差 0.356")
    assert told(f"{off}\nfor x: float32 (4, 3), dim = 0").endswith("\n输入：x: float32 (4, 3), dim = 0")
    nested = told("while the file is imported: no result within 2 s; is there a loop that never ends?")
    assert nested == "导入文件时：2 秒内没有结果；是不是有死循环？"
    assert told("words of a student's own") == "words of a student's own"
    assert told("") == ""


@pytest.mark.parametrize(
    "english, expected",
    [
        ("the result[0] is wrong: the number off, by up to 2 (allowed 1), got 1, expected 3", "结果[0]不对：这个数有偏差"),
        ("the result['(1, 3)']['outputs'][0][1] holds NaN (1 of 6), first at [0]: got nan, expected 1", "结果['(1, 3)']['outputs'][0][1]含有 NaN"),
        ("the result[1] is None, expected a tensor, perhaps for want of a `return`", "结果[1]是 None，应为 Tensor，是不是忘了 `return`"),
        ("the result[1] has shape (2, 3), expected (3, 2)", "结果[1]的形状是 (2, 3)，应为 (3, 2)"),
        ("raises TypeError: +: 'int' and 'str' (line 43: `y + bias`)", "抛出了 TypeError：+: 'int' and 'str'（第 43 行：`y + bias`）"),
        ("the file does not import: SyntaxError: bad (line 1: `de f`)", "文件导入失败：SyntaxError：bad（第 1 行：`de f`）"),
        ("the code ends the program (SystemExit); return a result instead (line 2: `exit()`)", "代码结束了程序（SystemExit）；请改为返回结果（第 2 行：`exit()`）"),
    ],
)  # fmt: skip
def test_what_a_message_is_put_together_from_is_told_in_chinese(chinese, english, expected):
    assert told(english).startswith(expected)


@pytest.mark.parametrize(
    "inputs, expected",
    [
        ("state: 4 tensors, x: float32 (2, 3), cache: 2 tensors", "state: 4 个张量, x: float32 (2, 3), cache: 2 个张量"),
        ("x: float32 (2, 3), not contiguous, dim = 1", "x: float32 (2, 3)，内存不连续, dim = 1"),
        ("dim = None, q: float32 (B=2, d_k=3), not contiguous", "dim = None, q: float32 (B=2, d_k=3)，内存不连续"),
        ("x: float32 (2,), on device cuda, not contiguous, y: float32 (2,), on device cuda", "x: float32 (2,)，在设备 cuda 上，内存不连续, y: float32 (2,)，在设备 cuda 上"),
        ("names = ['a', 'b'], state: 1 tensors", "names = ['a', 'b'], state: 1 个张量"),
    ],
)  # fmt: skip
def test_inputs_are_told_one_by_one(chinese, inputs, expected):
    assert told(inputs) == expected
    assert (
        told(f"the result is float64, expected float32\nfor {inputs}")
        == f"结果是 float64，应为 float32\n输入：{expected}"
    )


def test_every_message_that_a_verdict_can_hold_is_known(chinese):
    """Each is filled in with its own numbers, and none comes back in English."""
    for (context, text), translation in harness("zh_CN").items():
        filled = re.sub(r"\{(\d)\}", r"\1", text)
        if context == "told" and _is_chinese(translation):
            assert _is_chinese(told(filled)), text


def _is_chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_what_a_message_is_filled_with_can_be_told_apart():
    """Of two places side by side, nobody can say where the one ends and the other begins."""
    said = [text for _, _, wanted in CATALOGUES for context, text in wanted if context in ("told", CASE, MESSAGE)]
    assert not [text for text in said if re.search(r"\{\d+\}\{\d+\}", text)]


def test_places_may_change_their_order():
    assert matched("3 of 12 off", {"{0} of {1} off": "{1} 个中有 {0} 个"}) == "12 个中有 3 个"
    assert matched("nothing like it", {"{0} of {1} off": "x"}) == ""


@pytest.mark.parametrize(
    "name, code",
    [("zh", "zh_CN"), ("zh_CN.UTF-8", "zh_CN"), ("zh-Hans", "zh_CN"), ("ZH_tw", "zh_CN"), ("en_GB", "en"), ("C", "en"), ("fr", ""), ("", "")],
)  # fmt: skip
def test_languages_by_name(name, code):
    assert known(name) == code


def test_which_language(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("KATA_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language.chosen() == "zh_CN" and tr("passed") == "通过"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert language.chosen() == "en" and tr("passed") == "passed"
    monkeypatch.setenv("KATA_LANG", "zh")
    assert language.chosen() == "zh_CN"


def test_a_language_that_is_not_there(monkeypatch, course, capsys):
    monkeypatch.setenv("KATA_LANG", "tlh")
    assert main(["list"]) == 2
    assert "KATA_LANG=tlh" in capsys.readouterr().err


def test_the_command_line_in_chinese(chinese, course, capsys):
    for argv in (["--help"], ["list"], ["next"], ["hint", "double"], ["drill"], []):
        assert main(argv) == 0
        assert _is_chinese(capsys.readouterr().out)
    assert main(["grade", "duble"]) == 2
    assert "没有 'duble' 这道练习" in capsys.readouterr().err


@pytest.mark.parametrize("width", [20, 33, 80])
def test_chinese_is_broken_into_lines(width):
    """Between any two characters, never before a comma, and no line is wider than the terminal."""
    text = "提示：在 [1000, 1001] 这一行里，两个数同时减去哪个数，可以让指数都不大于 0，而别的什么都不变？`masked_fill` 呢？"
    lines = [line.plain for line in wrap(console(io.StringIO()), Text(text), width)]
    assert all(cell_len(line) <= width and line[0] not in "，。？" for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) > width - 14 for line in lines[:-1])


def test_an_exercise_speaks_chinese():
    softmax = next(e for e in COURSE.exercises if e.name == "softmax")
    assert say(softmax, MISTAKE, "powers of two", "zh_CN") == "用了 2 的幂"
    assert say(softmax, HINT, "no such hint", "zh_CN") == "no such hint"
    assert {context for context, _ in texts(softmax)} >= {
        "statement",
        "docstring",
        "hint",
        "mistake",
        "also right",
        "test",
        "case",
    }


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=str)
def test_every_name_of_a_test_or_case_is_known(exercise):
    """As pytest will name them, so that no name is made in a way that its text does not show."""
    known = read(catalogue(exercise, "zh_CN"))
    if not known:
        pytest.skip("its catalogue is not begun")
    tests = {text for context, text in known if context == TEST}
    cases = {text: chinese for (context, text), chinese in known.items() if context == CASE}
    for name, function in vars(grader_of(exercise)).items():
        if name.startswith("test_"):
            assert spoken(name.removeprefix("test_")) in tests
            assert all(matched(case, cases) for case in _cases(function))


def _cases(test):
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            values, ids = mark.args[1], mark.kwargs.get("ids", str)
            yield from (str(ids(value)) for value in values) if callable(ids) else ids


def test_a_name_is_the_same_in_every_exercise():
    chinese = defaultdict(set)
    for file in OF_EXERCISES:
        for (context, text), translation in read(file).items():
            if context in (TEST, CASE):
                chinese[text].add(translation)
    assert not {text: said for text, said in chinese.items() if len(said) > 1}


CODE = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$", re.DOTALL)
GLOSSARY = {
    "词元": re.compile(r"(?<![\w./-])tokens?(?![\w(=./-])", re.IGNORECASE)
}  # what is said, and what it is said for


def test_chinese_has_one_word_for_a_thing():
    said = [
        (file.relative_to(ROOT).as_posix(), text, word)
        for file in sorted((ROOT / "translations" / "zh_CN").rglob("*.po"))
        for text in read(file).values()
        for word, english in GLOSSARY.items()
        if re.search("[一-鿿]", text) and english.search(CODE.sub("", text))
    ]
    assert not said


def test_the_names_in_a_graders_text(make_course):
    grader = """
        ONE = [Case("one", x=1), *(Case(f"{n} rows", x=n) for n in (2, 3))]

        @pytest.mark.parametrize("case", ONE, ids=str)
        def test_all_that_is_there(check, case):
            check.values(scenario, case)

        @pytest.mark.parametrize("value", [1, 2], ids=["a few", "many"])
        def test_others(check, value):
            check.values(scenario, Case("inside", x=value))
        """
    (exercise,) = make_course('"""A toy."""\n', grader).exercises
    names = [(context, text) for context, text in texts(exercise) if context in (TEST, CASE)]
    assert names == [
        (TEST, "all that is there"),
        (TEST, "others"),
        (CASE, "one"),
        (CASE, "{0} rows"),
        (CASE, "a few"),
        (CASE, "many"),
    ]


def test_names_are_chinese_for_a_person_and_english_for_a_program(chinese):
    name, softmax = "rows_do_not_influence_each_other[a row of nothing but -inf]", "01_tensors/softmax"
    test = TestVerdict(name, "failed", 0.0, 1.0, "the result is wrong: the number off", "powers of two", "")
    verdict = SubmissionVerdict("mine", "cpu", 0, "none", [exercise_verdict(softmax, [test], 0.1)])
    words = words_of(COURSE)
    cell = from_dict({"metadata": {"kata": {"test": "rows_do_not_influence_each_other"}}})
    notes = {"notes": ["the cell answer-1 was changed; what is graded is as it was"]}
    feedback = report(verdict.exercises[0], cell, notes, first=True, words=words(softmax))
    assert "注意：单元格 answer-1 被改动过" in feedback and "各行互不影响：1 个中通过 0 个" in feedback
    for text in (
        feedback,
        render([verdict], [{}], "table", words),
        Checked(verdict, words(softmax))._repr_html_(),
    ):
        assert "各行互不影响[全是 -inf 的一行]" in text and "用了 2 的幂" in text and "nothing but" not in text
    for form in ("json", "junit", "gradescope"):
        assert "rows_do_not_influence_each_other[a row of nothing but -inf]" in render([verdict], [{}], form, words)
    language.use("en")
    assert words(softmax).test(name) == name


def test_a_name_that_is_not_known_stays_as_it_is(chinese):
    words = words_of(COURSE)("01_tensors/softmax")
    assert words.test("no_such_test[no such case]") == "no_such_test[no such case]"
    assert words.test("values[no such case]") == "数值[no such case]"
    assert Words().test("values[the first axis]") == "values[the first axis]"


def test_paragraphs_are_put_back_where_they_were():
    source = 'r"""# Title\n\nOne\nand two.\n\n$$x$$\n"""\n\n\ndef f():\n    """Short.\n\n    Longer\n      and in.\n\n    >>> f()\n    """\n'
    assert [text for _, text in docstrings.paragraphs(source)] == [
        "# Title",
        "One\nand two.",
        "Short.",
        "Longer\n  and in.",
    ]
    assert docstrings.translated(source, lambda context, text: text) == source
    put = docstrings.translated(source, lambda context, text: text.upper())
    assert "    LONGER\n      AND IN.\n" in put and ">>> f()" in put and "$$x$$" in put
