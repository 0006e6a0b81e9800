"""The command line on a small course of its own: what it says, what it leaves behind, and its exit status."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

import kata.sandbox.host
from kata.cli import main
from kata.course import Course
from kata.course.skeletons import answers, grader, solution
from kata.course.solution import stub

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
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # what another test graded is not remembered
    for name in ("NO_COLOR", "FORCE_COLOR", "KATA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def warm(root, judge, monkeypatch):
    """The course, with graders' workers from the zygote that the other tests use, too."""
    monkeypatch.setattr(kata.sandbox.host, "Sandbox", lambda **settings: judge.sandbox.branch())
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
