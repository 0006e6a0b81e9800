"""What is asked for in a wrong way, and a course that is not one."""

import os
import shutil
import subprocess

import pytest

import kata.sandbox.host
from kata.course import Course
from kata.language import told, tr
from tests.commands.conftest import COURSE, RIGHT, write
from tests.conftest import ROOT

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

    monkeypatch.setattr(kata.sandbox.host, "Sandbox", started)
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


@pytest.fixture
def make(tmp_path):
    """Run the Makefile where `kata` only says how it was called, and ends with the status it is told."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nshift 2\necho "typed by $KATA_TYPED:" "$@"\nexit ${STATUS:-0}\n')
    python.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv" / ".student").touch()

    def make(*words, status=0):
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of `make test`
        settings = {**outside, "STATUS": str(status)}
        run = subprocess.run(["make", *words], cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.strip(), run.stderr

    return make


@pytest.mark.parametrize(
    "words, called",
    [
        (["grade"], "grade"),
        (["grade", "softmax"], "grade softmax"),
        (["grade", "04_attention", "01_tensors/softmax"], "grade 04_attention 01_tensors/softmax"),
        (["grade", "ID=softmax"], "grade softmax"),
        (["grade", "softmax", "ARGS=--device cpu"], "grade softmax --device cpu"),
        (["hint", "softmax", "ARGS=--all"], "hint softmax --all"),
        (["reset", "checkpoint"], "reset checkpoint"),
        (["next"], "next"),
    ],
)
def test_make_calls_kata_as_it_is_meant(make, words, called):
    assert make(*words) == (0, f"typed by make: {called}", "")


def test_an_exercise_that_is_not_passed_is_no_error_of_makes(make):
    assert make("grade", status=1) == (0, "typed by make: grade", "")
    status, _, said = make("grade", status=2)
    assert status == 2 and "Error" in said


def test_advice_names_what_the_reader_types(monkeypatch):
    advice = "`kata next` goes on, `kata hint softmax --all` helps, `kata classroom init` is none of make's."
    assert tr(advice) == advice
    monkeypatch.setenv("KATA_TYPED", "make")
    typed = '`make next` goes on, `make hint softmax ARGS="--all"` helps, `kata classroom init` is none of make\'s.'
    assert tr(advice) == told(advice) == typed
    assert tr("next: {step}", step="kata hint softmax") == "next: make hint softmax"
    assert tr("python -m kata grade") == "python -m kata grade", "that is no command of ours to change"
