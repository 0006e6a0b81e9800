import atexit
import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from random import Random

import pytest

from kata.course import Course, Exercise
from kata.course.solution import stub
from kata.judge.reference import load_module
from kata.judge.run import Judge
from kata.strength.records import stale

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="kata-tests-")  # nothing is remembered from one run to the next
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
os.environ["KATA_LANG"] = "en"  # what tests look for is English, whatever language their machine speaks
ROOT = Path(__file__).resolve().parent.parent
SEEDS = range(3)
EVERY = os.environ.get("KATA_EVERY")  # `make verify` has it
A_LOT = 1 / 8  # of the exercises that have not changed: enough that what the harness breaks is seen in some
CHANGED = frozenset(stale(Course.load(ROOT)))  # since `make verify` recorded that every law is kept, at up to 200 seeds


def seeds_of(exercise):
    """Where an exercise is held to the laws."""
    return SEEDS if exercise.id in CHANGED else SEEDS[:1]


def held(exercises):
    """The exercises that a law of many gradings is held over: those that have changed, and of the others some by lot.

    Mark such a law as `proved`: what is left out here, an exercise's record has proved (kata/strength/laws.py).
    """
    return [e for e in exercises if EVERY or e.id in CHANGED or Random(e.digest).random() < A_LOT]


def soon(condition, seconds=5.0):
    """Whether it comes true: a killed worker is cleared away while the judge goes on."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def reference(oracle):
    """The reference that the oracle at this path is for, as a module: pass it `__file__`."""
    exercise = Exercise(f"{Path(oracle).parent.name}/{Path(oracle).stem.removeprefix('test_')}", ROOT)
    return load_module(exercise.solution.read_text(encoding="utf-8"), str(exercise.solution))


def grader_of(exercise):
    """The grader's module, for what it declares."""
    spec = importlib.util.spec_from_file_location(f"grader_of_{exercise.name}", exercise.grader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def busy(processes=8):
    """A machine that has more to do than it has processors."""
    with contextlib.ExitStack() as stack:
        for _ in range(processes):
            stack.callback(stack.enter_context(subprocess.Popen([sys.executable, "-Ic", "while True: pass"])).kill)
        yield


@pytest.fixture(scope="session")
def course():
    return Course.load(ROOT)


@pytest.fixture(scope="session")
def judge(course):
    with Judge(course) as judge:
        yield judge


@pytest.fixture
def make_course(tmp_path):
    """A course of one exercise, `01_toy/toy`, from the texts of its solution, its grader and its known answers."""

    def make(solution, grader, answers=""):
        for path, text in {
            "course.toml": 'title = "Toy"\n[[tracks]]\nid = "01_toy"\ntitle = "Toys"\nexercises = ["toy"]\n',
            "solutions/01_toy/toy.py": solution,
            "exercises/01_toy/toy.py": stub(solution),
            "graders/01_toy/test_toy.py": grader,
            "graders/01_toy/toy.toml": answers,
        }.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return Course.load(tmp_path)

    return make
