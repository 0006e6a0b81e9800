"""What is asked for in a wrong way, and a course that is not one."""

import pytest

import kata.sandbox.host
from kata.course import Course
from tests.commands.conftest import COURSE, RIGHT, write

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
