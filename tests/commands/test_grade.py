"""`kata grade`."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from kata.course import Course
from kata.judge.run import Judge
from kata.learner.state import State
from tests.commands.conftest import COURSE, RIGHT, WRONG, write


def test_grading_the_exercises_folder(warm, run):
    status, out, err = run("grade")
    assert status == 1 and not err
    assert "total 0 / 20, 0 of 2 passed" in out and out.endswith("next: kata next\n")
    write(warm / "exercises/01_one/double.py", WRONG.format(name="double"))
    status, out, err = run("grade", "double")
    assert status == 1
    assert "This looks like: a factor is missing" in out and "Hint: What is the result for x = 1?" in out
    assert re.search(r"it printed:\n +hello\n", out) and "exercises/01_one/double.py" in out
    assert out.endswith("next: kata hint double\n")
    write(warm / "exercises/01_one/double.py", RIGHT.format(name="double"))
    status, out, err = run("grade", "double")
    assert status == 0 and re.search(r"passed +10 / 10 +01_one/double", out) and out.endswith("next: kata next\n")
    progress = State.load(warm).exercises
    assert progress["01_one/double"].attempts == 2 and progress["01_one/double"].status == "passed"
    assert progress["02_two/again"].attempts == 0


def test_all_passed_is_0(warm, run):
    for exercise in Course.load(warm).exercises:
        write(exercise.stub, RIGHT.format(name=exercise.name))
    assert run("grade")[0] == 0
    assert run("grade", "-j", "2", "--seed", "3")[0] == 0
    assert "All is passed" in run()[1] and "All is passed" in run("next")[1]


def test_submissions(warm, run):
    file = write(warm / "double.py", RIGHT.format(name="double"))
    other = write(warm / "ann.py", RIGHT.format(name="again"))
    folder = write(warm / "bob/01_one/double.py", WRONG.format(name="double")).parent.parent
    assert run("grade", "--submission", file)[0] == 0, "found by its name"
    assert run("grade", "again", "--submission", other)[0] == 0, "named by the id"
    status, out, _ = run("grade", "--format", "json", "--submission", folder, "--submission", file)
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 1 and [one["submission"] for one in found] == [str(folder), str(file)]
    assert [e["status"] for e in found[0]["exercises"]] == ["failed", "not_started"]
    assert [e["status"] for e in found[1]["exercises"]] == ["passed"], "a file is graded on its one exercise"
    status, out, _ = run("grade", "double", "--submission", folder, "--submission", warm / "exercises")
    assert status == 1 and out.count("total ") == 2 and f"{folder} on cpu" in out
    assert not (warm / ".kata").exists(), "only exercises/ is a student's own progress"


def test_a_folder_with_nothing_in_it_is_warned_of(warm, run):
    status, out, err = run("grade", "--submission", warm)
    assert status == 1 and "not started" in out
    assert err.count("\n") == 1 and f"Did you mean {warm / 'exercises'}?" in err


def test_a_name_that_several_exercises_have(warm, run):
    (warm / "course.toml").write_text(COURSE.replace('"again"', '"double"'))
    file = write(warm / "double.py", RIGHT.format(name="double"))
    status, _, err = run("grade", "--submission", file)
    assert status == 2 and "01_one/double, 02_two/double" in err and "kata grade 01_one/double --submission" in err
    assert run("grade", "01_one/double", "--submission", file)[0] == 0
    assert "kata grade 01_one/double" in run("next")[1]


@pytest.mark.parametrize(
    "data, words",
    [
        (b"\xff\xfe\x00def double", "the file cannot be read"),
        (b"def double(x)\n", "SyntaxError"),
        (b"import nothing", "No module named 'nothing'"),
    ],
)
def test_an_unreadable_submission_is_graded(warm, run, data, words):
    file = warm / "double.py"
    file.write_bytes(data)
    status, out, err = run("grade", "--submission", file)
    assert status == 1 and not err and words in out and "all 3 tests" in out


GRADERS = {
    "missing": None,
    "a syntax error": "def test_values(:\n",
    "a name error": "import pytest\nCASES = [Case()]\n",
    "no tests": "import pytest\n",
    "an error in a test": "def test_values(run):\n    1 / 0\n",
}


@pytest.mark.parametrize("text", GRADERS.values(), ids=GRADERS)
def test_what_the_judge_fails_at_has_no_grade(warm, run, text):
    file = warm / "graders/01_one/test_double.py"
    file.unlink() if text is None else file.write_text(text)
    write(warm / "exercises/01_one/double.py", RIGHT.format(name="double"))
    write(warm / "exercises/02_two/again.py", RIGHT.format(name="again"))
    status, out, err = run("grade", "--format", "json")
    assert status == 3 and err.startswith("kata: 01_one/double is not graded: ") and err.count("\n") == 1
    assert str(file) in err
    verdict = json.loads(out)
    assert verdict["score"] is None and [e["score"] for e in verdict["exercises"]] == [None, 10.0]
    assert "01_one/double" not in State.load(warm).exercises


def test_a_missing_solution_is_named(warm, run):
    (warm / "solutions/01_one/double.py").unlink()
    status, _, err = run("grade", "double")
    assert status == 3 and str(warm / "solutions/01_one/double.py") in err and err.count("\n") <= 2


def test_a_report_in_a_file(warm, run):
    file = warm / "report"
    for form in ("table", "json", "junit", "gradescope"):
        status, out, err = run("grade", "double", "--format", form, "-o", file)
        assert status == 1 and not out and not err
        text = file.read_text()
        assert "\x1b" not in text and "not written yet" in text
    assert json.loads(text)["score"] == 0
    assert sorted(path.name for path in warm.iterdir() if path.is_file()) == ["course.toml", "report"]
    status, out, _ = run("grade", "double", "--format", "junit")
    assert status == 1 and ET.fromstring(out).get("failures") == "3"


def test_gradescope_gets_no_grade_from_a_failed_judge(warm, run):
    (warm / "graders/01_one/test_double.py").write_text("oops")
    status, out, err = run("grade", "--format", "gradescope", "-o", warm / "results.json")
    assert status == 3 and not out and "NameError" in err
    assert not (warm / "results.json").exists()


def test_no_cuda(warm, run, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    status, out, err = run("grade", "double", "--device", "cuda")
    assert status == 2 and not out and "--device cpu" in err
    status, out, err = run("grade", "double", "--device", "all")
    assert status == 1 and err.count("\n") == 1 and "no CUDA" in err and "device: cpu," in out
    assert run("grade", "double", "--device", "auto")[2] == ""


def test_a_folder_that_cannot_be_written_is_graded_in(warm, run):
    (warm / ".kata").write_text("in the way")
    status, out, err = run("grade", "double")
    assert status == 1 and "not written yet" in out
    assert err.count("\n") == 1 and "progress is not kept" in err


def test_an_interrupt_is_told_in_a_line(warm, run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("kata.judge.run.Judge.grade", interrupted)
    status, out, err = run("grade")
    assert status == 130 and not out and err.count("\n") == 1


@pytest.fixture
def gradings(warm, monkeypatch):
    """The exercises that were graded, in the order of it."""
    graded, grade = [], Judge.grade

    def note(judge, exercises, *arguments, **settings):
        graded.extend(exercise.name for exercise in exercises)
        return grade(judge, exercises, *arguments, **settings)

    monkeypatch.setattr(Judge, "grade", note)
    return graded


def test_what_has_not_changed_is_not_graded_anew(warm, run, gradings):
    first, second = Course.load(warm).exercises
    write(first.stub, WRONG.format(name=first.name))
    status, before, _ = run("grade")
    assert status == 1 and gradings == [first.name, second.name]
    status, out, _ = run("grade")
    assert status == 1 and len(gradings) == 2, "nothing is graded, and no sandbox is started"
    assert "2 as graded before" in out and out.replace(out[out.index("2 as") : out.index("next:")], "") == before
    write(second.stub, RIGHT.format(name=second.name))
    assert run("grade", "--format", "json")[1].count('"passed"') and gradings[2:] == [second.name]
    assert State.load(warm).of(first).attempts == 1, "what is shown once more is no attempt"
    run("grade", first.name, "--seed", "1")
    assert gradings[3:] == [first.name], "another seed"
    run("grade", first.name, "--fresh")
    write(first.grader, first.grader.read_text() + "# changed\n")
    run("grade", first.name)
    assert gradings[4:] == [first.name] * 2


@pytest.mark.parametrize("harm", ["torn", "of another kind", "a folder", "no place"])
def test_a_memory_that_is_no_good_is_none(warm, run, gradings, harm):
    (first, _), cache = Course.load(warm).exercises, warm.parent / "cache"
    if harm == "no place":
        cache.write_text("in the way")
    run("grade", first.name)
    for kept in cache.rglob("*.json"):
        text = kept.read_text()
        kept.unlink()
        if harm == "a folder":
            kept.mkdir()
        else:
            kept.write_text(text[:50] if harm == "torn" else "[]")
    status, out, err = run("grade", first.name)
    assert status == 1 and "not written yet" in out and not err and gradings == [first.name] * 2


def test_what_a_busy_machine_may_have_had_a_part_in_is_graded_anew(warm, run, gradings):
    first, _ = Course.load(warm).exercises
    write(first.stub, f"def {first.name}(x):\n    raise SystemExit\n")
    for _ in range(2):
        run("grade", first.name)
    assert gradings == [first.name] * 2


def test_a_folder_from_somebody_else_brings_no_verdict_along(warm, run, gradings, monkeypatch):
    run("grade")
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm.parent / "another user's"))
    run("grade")
    assert len(gradings) == 4 and not [path for path in warm.rglob("*") if "verdicts" in path.parts]


def test_a_link_to_what_was_graded_is_no_answer(warm, run, gradings):
    first, _ = Course.load(warm).exercises
    write(first.stub, RIGHT.format(name=first.name))
    assert run("grade", first.name)[0] == 0
    first.stub.rename(warm / "elsewhere.py")
    first.stub.symlink_to(warm / "elsewhere.py")
    for _ in range(2):
        status, out, _ = run("grade", first.name)
        assert status == 1 and "a link that leads elsewhere" in out
    assert len(gradings) == 3
