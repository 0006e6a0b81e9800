"""The command line: what it says, what it leaves behind, and its exit status, on a small course of its own."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

import kata.sandbox
from kata import __version__
from kata.cli import COMMANDS, main
from kata.commands import doctor
from kata.course import Course
from kata.course.course_line import with_exercise
from kata.course.recordings import ANY, Provenance, file_of, provenance_file
from kata.course.skeletons import answers, grader, solution
from kata.course.solution import stub
from kata.learner.state import State

COURSE = """# The order.
title = "Two katas"

[[tracks]]
id = "01_one"
title = "The first"
exercises = ["double"]  # begin here

[[tracks]]
id = "02_two"
title = "The second"
exercises = [
    "again",  # and here
]
"""
RIGHT = "def {name}(x):\n    return x + x\n"
WRONG = "def {name}(x):\n    print('hello')\n    return x * 1\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A course with two exercises, which is the working folder."""
    folder = tmp_path / "course"
    write(folder / "course.toml", COURSE)
    for exercise in Course.load(folder).exercises:
        write(exercise.solution, solution(exercise.name))
        write(exercise.grader, grader(exercise.name))
        write(exercise.answers, answers(exercise.name))
        write(exercise.stub, stub(solution(exercise.name)))
    monkeypatch.chdir(folder)
    for name in ("NO_COLOR", "FORCE_COLOR", "KATA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def warm(root, judge, monkeypatch):
    """The course, with graders' workers from the zygote that the other tests use, too."""
    monkeypatch.setattr(kata.sandbox, "Sandbox", lambda **settings: judge.sandbox.branch())
    return root


@pytest.fixture
def run(capsys):
    """Run the command line here and return its exit status, stdout and stderr. Whatever happens, no traceback."""

    def call(*argv):
        status = main([str(argument) for argument in argv])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    return call


def kata_process(*argv, cwd, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "kata", *argv],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def running_with(argument):
    """The command lines of all processes that have this in theirs. None on systems without /proc."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(file.read_bytes().decode(errors="replace"))
    return [line for line in found if argument in line]


# --- what is asked for in a wrong way

USAGE = {
    "unknown command": (["grad"], "`kata grade`"),
    "an id as a command": (["double"], "There is no command 'double'"),
    "unknown option": (["grade", "--devise", "cpu"], "--devise"),
    "shortened option": (["grade", "--dev", "cpu"], "--dev"),
    "unknown id": (["grade", "duble"], "There is no exercise 'duble'. Nearest: double"),
    "unknown id for a hint": (["hint", "agian"], "again"),
    "no id for a hint": (["hint"], "ID"),
    "unknown device": (["grade", "--device", "tpu"], "'tpu'"),
    "unknown format": (["grade", "--format", "pdf"], "'pdf'"),
    "no process": (["grade", "-j", "0"], "'0' is not a whole number from 1 on"),
    "half a process": (["grade", "-j", "1.5"], "'1.5'"),
    "no number": (["grade", "--seed", "x"], "'x' is not a whole number from 0 on"),
    "no such submission": (["grade", "--submission", "nothing.py"], "nothing.py is not there"),
    "no such folder": (["grade", "--submission", "nothing"], "nothing is not there"),
    "no Python": (["grade", "double", "--submission", "course.toml"], "course.toml is no .py file"),
    "a file of another name": (["grade", "--submission", "mine.py"], "kata grade 01_one/double --submission mine.py"),
    "a report into nowhere": (["grade", "-o", "no/where.txt"], "mkdir -p"),
    "a report onto a folder": (["grade", "-o", "graders"], "graders is a folder"),
    "two for Gradescope": (
        ["grade", "double", "--format", "gradescope", "--submission", "mine.py", "--submission", "mine.py"],
        "one submission",
    ),
    "new in no track": (["new", "03_three/triple"], "01_one, 02_two"),
    "new without a track": (["new", "triple"], "01_one, 02_two"),
    "new with a bad name": (["new", "01_one/Triple-It"], "'Triple-It'"),
    "new as a keyword": (["new", "01_one/lambda"], "'lambda'"),
    "new that is there": (["new", "01_one/double"], "listed"),
}


@pytest.mark.parametrize("argv, words", USAGE.values(), ids=USAGE)
def test_usage(root, run, monkeypatch, argv, words):
    def started(**settings):
        raise AssertionError("nothing is started for a request that cannot be met")

    monkeypatch.setattr(kata.sandbox, "Sandbox", started)
    write(root / "mine.py", RIGHT.format(name="double"))
    status, out, err = run(*argv)
    assert status == 2 and not out
    assert err.startswith("kata: ") and err.count("\n") <= 2 and words in err


COURSES = {
    "no TOML": ("title = \n", "line 1"),
    "empty": ("", "'title'"),
    "no tracks": ('title = "t"\n', "'tracks'"),
    "tracks are no tables": ('title = "t"\ntracks = [1]\n', ""),
    "tracks are a number": ('title = "t"\ntracks = 1\n', ""),
    "a track without exercises": ('title = "t"\n[[tracks]]\nid = "a"\ntitle = "A"\n', "'exercises'"),
    "listed twice": (COURSE.replace('["double"]', '["double", "double"]'), "01_one/double is listed twice"),
    "unknown default": (COURSE + "[defaults]\npoint = 3\n", "'point'"),
    "a default of 0": (COURSE + "[defaults]\nseconds = 0\n", "seconds = 0"),
    "defaults are a number": ("defaults = 3\n" + COURSE, ""),
}


@pytest.mark.parametrize("command", [["grade"], ["list"], []], ids=" ".join)
@pytest.mark.parametrize("text, words", COURSES.values(), ids=COURSES)
def test_a_broken_course_is_named(root, run, text, words, command):
    (root / "course.toml").write_text(text)
    status, out, err = run(*command)
    assert status == 2 and not out
    assert str(root / "course.toml") in err and words in err and err.count("\n") <= 2


def test_a_course_that_is_no_text(root, run):
    (root / "course.toml").write_bytes(b"\xff\xfe")
    status, _, err = run("grade")
    assert status == 2 and str(root / "course.toml") in err


def test_an_empty_course(root, run):
    (root / "course.toml").write_text('title = "t"\ntracks = []\n')
    assert run("grade")[0] == 2
    assert run("list")[0] == 0 and run()[0] == 0


def test_a_fault_of_ours_is_told_in_two_lines(root, run, monkeypatch):
    monkeypatch.setattr(Course, "find", lambda: 1 / 0)
    status, _, err = run("list")
    assert status == 3 and "ZeroDivisionError" in err and "a fault of the suite" in err and err.count("\n") == 2


# --- grade


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


# --- the student's other commands


def test_where_next_and_list(root, run):
    status, out, _ = run()
    assert status == 0 and "0 of 2 passed" in out and "kata grade double" in out and "kata hint double" in out
    status, out, _ = run("next")
    assert status == 0 and "exercises/01_one/double.py" in out and "What it is and where it is used" in out
    state = State.load(root)
    state.of(Course.load(root).exercises[0]).status = "passed"
    state.save()
    status, out, _ = run("list")
    assert status == 0 and "[##########----------] 1 of 2 passed" in out
    assert re.search(r"^  > not started +again  next$", out, re.MULTILINE)
    (root / "exercises/02_two/again.py").unlink()
    assert "kata reset again" in run("next")[1]


def test_hints(root, run):
    for number in (1, 2, 3):
        status, out, _ = run("hint", "double")
        assert status == 0 and out.startswith(f"Hint {number} of 3: ")
        assert run("hint", "double", "--all")[1].count("Hint ") == number
    status, out, _ = run("hint", "double")
    assert status == 0 and "no more hints" in out
    assert State.load(root).exercises["01_one/double"].hints == 3
    assert "seen no hint" in run("hint", "again", "--all")[1]


@pytest.mark.parametrize(
    "text, status, words",
    [
        (None, 0, "no hints for 01_one/double"),
        ("hints = ['a']\n", 0, "Hint 1 of 1: a"),
        ("hints = ['[bold]/x/[/]']\n", 0, "Hint 1 of 1: [bold]/x/[/]"),
        ("minutes = 5\nhints = [1]\n", 3, "double.toml:2: `hints` is not a list of texts"),
        ("hints = 'one'\n", 3, "double.toml:1: `hints` is not a list of texts"),
        ("\nhints = [\n", 3, "double.toml:3: "),
    ],
)
def test_hints_of_odd_answers(root, run, text, status, words):
    file = root / "graders/01_one/double.toml"
    file.unlink() if text is None else file.write_text(text)
    found, out, err = run("hint", "double")
    assert found == status and words in out + err


def test_reset(root, run):
    file, fresh = root / "exercises/01_one/double.py", stub(solution("double"))
    status, out, _ = run("reset", "double")
    assert status == 0 and "Nothing to do" in out and not (root / ".kata").exists()
    for number in range(3):  # within a second
        file.write_bytes(b"# mine \xff %d" % number)
        status, out, _ = run("reset", "double")
        assert status == 0 and file.read_text() == fresh
    backups = sorted((root / ".kata/backups/01_one").iterdir(), key=lambda path: path.read_bytes())
    assert [path.read_bytes() for path in backups] == [b"# mine \xff %d" % n for n in range(3)]
    command = re.search(r"cp '(.*)' '(.*)'", out)
    assert (root / command[1]).read_bytes() == b"# mine \xff 2" and command[2] == "exercises/01_one/double.py"
    file.unlink()
    assert "there again" in run("reset", "double")[1] and file.read_text() == fresh


def test_reset_without_a_solution_changes_nothing(root, run):
    (root / "solutions/01_one/double.py").unlink()
    write(root / "exercises/01_one/double.py", "# mine")
    status, _, err = run("reset", "double")
    assert status == 2 and "solutions/01_one/double.py" in err
    assert (root / "exercises/01_one/double.py").read_text() == "# mine"


def test_reset_without_a_place_for_the_backup_changes_nothing(root, run):
    (root / ".kata").write_text("in the way")
    write(root / "exercises/01_one/double.py", "# mine")
    assert run("reset", "double")[0] == 2
    assert (root / "exercises/01_one/double.py").read_text() == "# mine"


# --- the author's commands


def test_new(warm, run):
    status, out, err = run("new", "02_two/third_one")
    assert status == 0 and not err and "solutions/02_two/third_one.py" in out
    exercise = Course.load(warm).exercises[-1]
    assert exercise.id == "02_two/third_one"
    assert (warm / "course.toml").read_text() == COURSE.replace(
        '    "again",  # and here\n', '    "again",  # and here\n    "third_one",\n'
    )
    assert exercise.oracle.is_file() and (exercise.unseen / "WAITING").is_file()
    assert "`third_one`" in (warm / "docs/exercises.md").read_text()
    assert run("grade", "third_one", "--submission", exercise.solution)[0] == 0
    exercise.solution.write_text(exercise.solution.read_text().replace("Source:", "From:"))
    assert run("stubs")[0] == 0 and "From:" in exercise.stub.read_text(), "nobody wrote in the stub"
    status, out, _ = run("grade", "third_one")
    assert status == 1 and "not written yet" in out
    status, _, err = run("new", "02_two/third_one")
    assert status == 2
    exercise.grader.write_text("# mine")
    (warm / "course.toml").write_text(COURSE)
    status, _, err = run("new", "02_two/third_one")
    assert status == 2 and "there already" in err and exercise.grader.read_text() == "# mine"


def test_new_says_what_to_add_by_hand(root, run):
    text = 'title = "t"\ntracks = [{id = "01_one", title = "A", exercises = ["double"]}]\n'
    (root / "course.toml").write_text(text)
    status, _, err = run("new", "01_one/other")
    assert status == 1 and 'Add "other" to the exercises of 01_one by hand' in err
    assert (root / "course.toml").read_text() == text and (root / "solutions/01_one/other.py").is_file()


HEAD = 'title = "t"\n[[tracks]]\ntitle = "A"\nid = "a"\n'
LISTS = {
    "exercises = []\n": 'exercises = ["new"]\n',
    "exercises = [  # none\n]\n": 'exercises = ["new"  # none\n]\n',
    'exercises = ["b"]': 'exercises = ["b", "new"]',
    "exercises = ['b', \"c\"]  # ]\n": 'exercises = [\'b\', "c", "new"]  # ]\n',
    'exercises = ["b", ]\n': 'exercises = ["b", "new", ]\n',
    'exercises = [\n  "b"\n]\n': 'exercises = [\n  "b",\n  "new"\n]\n',
    'exercises = [\n  "b",\n]\n': 'exercises = [\n  "b",\n  "new",\n]\n',
    'exercises = [\n  "b", # "x", ]\n  "c",  # why\n  # more\n]\n': (
        'exercises = [\n  "b", # "x", ]\n  "c",  # why\n  "new",\n  # more\n]\n'
    ),
    'exercises = [\n  "b"  # why\n]\n': 'exercises = [\n  "b",  # why\n  "new"\n]\n',
    'exercises = [\n  "b", "c",\n]\n': 'exercises = [\n  "b", "c", "new",\n]\n',
    'exercises = [\r\n  "b",\r\n]\r\n': 'exercises = [\r\n  "b",\r\n  "new",\r\n]\r\n',
}
OTHER = '[[tracks]]\nid = "z"\ntitle = "Z"\nexercises = ["b"]\n'


@pytest.mark.parametrize("before, after", LISTS.items())
@pytest.mark.parametrize("frame", ["{}", OTHER + "\n# c\n{}", "{}\n" + OTHER + "# end"])
def test_a_line_of_order_is_added_as_an_author_would(before, after, frame):
    head, _, track = HEAD.partition("\n")
    text = f"{head}\n" + frame.format(f"{track}{before}")
    assert with_exercise(text, "a", "new") == f"{head}\n" + frame.format(f"{track}{after}")


@pytest.mark.parametrize(
    "text", ["", 'exercises = """x"""', 'exercises = [["b"]]', 'exercises = ["b\\u0041"]', "x = 1"]
)
def test_a_line_of_order_is_not_added_where_it_is_not_plain(text):
    assert with_exercise(HEAD + text, "a", "new") is None


def test_stubs(root, run):
    def git(*argv):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e", *argv], cwd=root, check=True, capture_output=True
        )

    def change(word="From:"):
        for exercise in Course.load(root).exercises:
            write(exercise.solution, solution(exercise.name).replace("Source:", word))

    double, again = (exercise.stub for exercise in Course.load(root).exercises)
    status, out, err = run("stubs")
    assert status == 0 and "2 stubs are as" in out and "docs/exercises.md" in out and not err
    assert "docs/exercises.md" not in run("stubs")[1], "nothing has changed"
    change()
    status, out, err = run("stubs")
    assert status == 0 and out.count("cut exercises/") == 2 and not err, "nobody wrote in what was cut"
    change("By:")
    (root / ".kata/cut.json").unlink()
    status, _, err = run("stubs")
    assert status == 1 and err.count("skipped") == 2, "without that and without git, nobody knows whose they are"
    git("init", "-q")
    git("add", "exercises")
    git("commit", "-qm", "stubs")
    double.write_text("# mine")
    status, out, err = run("stubs")
    assert status == 1 and "skipped exercises/01_one/double.py" in err and "again" not in err
    assert double.read_text() == "# mine" and "By:" in again.read_text()
    double.unlink()
    assert run("stubs")[0] == 0 and "By:" in double.read_text()
    double.write_text("# mine")
    status, out, err = run("stubs", "--force")
    assert status == 0 and not err and "By:" in double.read_text()
    (backup,) = (root / ".kata/backups/01_one").iterdir()
    assert backup.read_text() == "# mine" and backup.name in out


# --- doctor


def test_doctor(warm, run):
    status, out, err = run("doctor")
    assert status == 0 and not err and "problem" not in out
    for words in (
        "Python 3",
        "torch",
        "CPUs",
        "a worker is ready in",
        "isolation",
        "MiB free",
        "every grader is there",
    ):
        assert words in out
    (warm / "exercises/01_one/double.py").unlink()
    (warm / "graders/02_two/test_again.py").unlink()
    (warm / "constraints.txt").write_text("numpy==1\ntorch==0.1 ; x\n")
    status, out, _ = run("doctor")
    assert status == 1 and "exercises/01_one/double.py" in out and "kata reset double" in out
    assert "test_again.py" in out and "tested is 0.1" in out
    assert doctor.tested_torch(warm) == "0.1"


def test_doctor_in_a_students_copy(warm, run):
    """Fit to grade with if it has recorded results in place of solutions; tests/release/ makes a whole one."""
    shutil.rmtree(warm / "solutions")
    status, out, _ = run("doctor")
    assert status == 1 and "nothing can be graded" in out
    file = provenance_file(warm)
    file.parent.mkdir(parents=True)
    file.write_text(Provenance([0, 7], ["cpu"], "9.9", "3.11", "Linux").text())
    for exercise in Course.load(warm).exercises:
        for name in (file_of(exercise, 0), file_of(exercise, ANY)):
            name.parent.mkdir(parents=True, exist_ok=True)
            name.touch()
    status, out, _ = run("doctor")
    assert status == 0 and "every student's copy" in out and "seeds 0, 7, on cpu, with torch 9.9" in out


def test_doctor_on_an_ill_machine(warm, run, monkeypatch):
    def no_sandbox(**settings):
        raise OSError("no process for you")

    monkeypatch.setattr(kata.sandbox, "Sandbox", no_sandbox)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1 << 20))
    status, out, _ = run("doctor")
    assert status == 1 and "no process for you" in out and out.count("Make room") == 2


# --- processes of their own

LIGHT = """
import sys
import kata.sandbox
from kata.cli import main

def sandbox(**settings):
    assert "torch" not in sys.modules and "rich" not in sys.modules, "the sandbox is started first"
    raise KeyboardInterrupt

kata.sandbox.Sandbox = sandbox
for argv, status in {commands!r}:
    assert main(argv) == status, argv
    assert "torch" not in sys.modules, argv
"""


def test_light_commands_never_load_torch(root):
    commands = [([c, "--help"], 0) for c in COMMANDS]
    commands += [(["grade"], 130), (["grade", "no"], 2), (["--version"], 0), (["--help"], 0), ([], 0), (["list"], 0)]
    commands += [
        (["next"], 0),
        (["hint", "double"], 0),
        (["reset", "double"], 0),
        (["stubs"], 0),
        (["new", "01_one/x"], 0),
    ]
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(commands=commands)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"kata {__version__}\n" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_real_process(root):
    write(root / "exercises/01_one/double.py", RIGHT.format(name="double"))
    process = kata_process("grade", "double", "--device", "cpu", cwd=root)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "passed" in out and not err and "\x1b" not in out


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6, 3.0], ids="{} s after the sandbox is started".format)
def test_ctrl_c_ends_all_of_it(root, tmp_path, seconds):
    write(root / "exercises/01_one/double.py", "import time\ntime.sleep(60)\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = kata_process("grade", "double", cwd=root, env=environment, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == "kata: stopped; nothing was graded to the end.\n"
    assert not list(temporary.iterdir()), "its folder is removed"
    deadline = time.monotonic() + 5  # the kernel takes a moment over what was killed
    while running_with(str(temporary)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not running_with(str(temporary)), "its processes are gone"


def test_a_reader_that_has_enough(root):
    process = kata_process("list", cwd=root)
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
