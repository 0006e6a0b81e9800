"""A small course of its own, and `kata` in a real terminal."""

import os
import re
import shlex
import shutil
import sys

import pexpect
import pytest

import kata.sandbox.host
from kata.course import Course
from kata.course.skeletons import answers, grader, solution
from kata.course.solution import stub
from kata.sandbox.host import Sandbox
from tests.conftest import ROOT

COURSE = """title = "Three katas"
[[tracks]]
id = "01_one"
title = "The first"
exercises = ["double", "again", "third"]
"""
RIGHT = "def {name}(x):\n    return x + x\n"
WRONG = "def {name}(x):\n    return x * 3\n"
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\]8;[^\x1b\x07]*(?:\x1b\\\\|\x07)|[78=>])")
HALF = re.compile(r"(?:\x1b(?:\[[0-9;?]*|\](?:8[^\x07\x1b]*\x1b?)?)?)?\Z")  # of one, where what was read ends within it
ENDLESS = "def {name}(x):\n    while True:\n        pass\n"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Three exercises, each to double a number; the working folder."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.toml").write_text(COURSE)
    course = Course.load(folder)
    for exercise in course.exercises:
        for file, text in (
            (exercise.solution, solution(exercise.name)),
            (exercise.grader, grader(exercise.name)),
            (exercise.answers, answers(exercise.name)),
            (exercise.stub, stub(solution(exercise.name))),
        ):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return course


@pytest.fixture(scope="session")
def zygote():
    with Sandbox(hidden=[ROOT]) as sandbox:
        yield sandbox


@pytest.fixture
def warm(course, zygote, monkeypatch):
    """The course, with workers from one zygote for all tests that run `kata` in this process."""
    monkeypatch.setattr(kata.sandbox.host, "Sandbox", lambda **settings: zygote.branch())
    return course


class Spawn(pexpect.spawn):
    """Without colours and moves of the cursor, a form feed for each drawing; `raw` is what came."""

    raw = ""
    _rest = ""

    def read_nonblocking(self, *arguments, **settings):
        new = super().read_nonblocking(*arguments, **settings)
        self.raw += new
        text = (self._rest + new).replace("\x1b[H\x1b[2J", "\f")
        half = HALF.search(text)
        self._rest = half[0]
        return ESCAPE.sub("", text[: half.start()])


class Terminal:
    """`kata` as a person sees it: `sees` waits for words on the screen, `press` is a key."""

    def __init__(self, folder, *argv, columns=90, lines=40, after="", **environment):
        """`after` is what the shell does once `kata` has ended."""
        command = shlex.join([sys.executable, "-m", "kata", *argv])
        self.child = Spawn(
            "bash",
            ["-c", command + after] if after else ["-c", f"exec {command}"],
            cwd=str(folder),
            dimensions=(lines, columns),
            encoding="utf-8",
            timeout=20,
            env={**os.environ, "TERM": "xterm-256color", "KATA_LANG": "en", **environment},
        )

    def sees(self, *patterns):
        for pattern in patterns:
            self.child.expect(pattern)
        return self

    def press(self, key):
        self.child.send(key)
        return self

    def drawn(self):
        """The last drawing of what was seen so far."""
        return (self.child.before + self.child.after).rpartition("\f")[2]

    def ends(self):
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def terminal(course):
    opened = []

    def open_(*argv, **settings):
        opened.append(Terminal(course.root, *argv, **settings))
        return opened[-1]

    yield open_
    for one in opened:
        one.child.close(force=True)


@pytest.fixture
def save(course):
    """Save a file as an editor does that writes in place, or `by` renaming another one onto it."""

    def write(number, text, by="writing"):
        exercise = course.exercises[number]
        text = text.format(name=exercise.name)
        if by == "renaming":
            beside = exercise.stub.with_name("4913.tmp")
            beside.write_text(text)
            shutil.move(beside, exercise.stub)
        else:
            exercise.stub.write_text(text)
        return exercise

    return write
