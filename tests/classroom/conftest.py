import json
import os
import sys
from pathlib import Path

import pytest

from kata.classroom import folder
from kata.classroom.nbgrader.source_notebook import without_statement
from kata.judge import run
from tests.classroom.odd import ODD
from tests.classroom.postgres import MISSING, PROGRAMS, postgres
from tests.classroom.room import Room


@pytest.fixture(scope="session", autouse=True)
def as_activated():
    """Programs at hand as in an environment that is activated: nbgrader calls `alembic` by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="package", autouse=True)
def one_judge(judge):
    """One sandbox for all that runs in this process: to start another takes seconds."""

    class Kept(run.Judge):
        def __init__(self, course):
            super().__init__(course, judge.sandbox)

        def close(self):
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "Judge", Kept)
        patch.setattr(folder, "Judge", Kept)
        yield


@pytest.fixture(scope="session")
def postgres_server():
    """The folder of its socket."""
    if PROGRAMS is None:
        pytest.skip(MISSING)
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install -c constraints.txt -e '.[postgres]'")
    with postgres() as folder:
        yield folder


@pytest.fixture(scope="session")
def right(course):
    (softmax,) = course.select(["softmax"])
    return without_statement(softmax.solution.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def small_room(course, tmp_path_factory):
    """A course of one notebook, without students."""
    place = tmp_path_factory.mktemp("small") / "course"
    return Room.open(place, course, course.select(["softmax"]), "01_tensors")


@pytest.fixture(scope="session")
def odd_room(course, right, tmp_path_factory):
    """A class of all the odd and hostile submissions, autograded and with feedback, by stock commands."""
    place = tmp_path_factory.mktemp("odd") / "course"
    room = Room.open(place, course, course.select(["softmax"]), "01_tensors")
    for student, odd in ODD.items():
        notebook = odd.make(room.release(), right)
        if isinstance(notebook, dict):
            notebook = json.loads(json.dumps(notebook).replace("ROOM", str(place)))
        room.hand_in(student, notebook)
    large = room.hand_in("large", b"")
    os.truncate(large, 200 << 20)  # 200 MB that take no room on the disk
    secret = place / "secret.txt"
    secret.write_text("PWNED secret of the instructor's")
    linked = room.hand_in("linked", b"")
    linked.unlink()
    linked.symlink_to(place / "source" / "01_tensors" / "softmax.ipynb")
    beside = room.hand_in("strangers", room.answered(right)).parent
    (beside / "leak.txt").symlink_to(secret)
    (beside / "submission_secret.txt").symlink_to(secret)
    (beside / "torch.py").write_text("raise SystemExit('PWNED')")
    (beside / "evil.html").write_text("<script>PWNED()</script>")
    notebook = room.answered(right)
    renamed = room.hand_in("renamed", notebook)
    renamed.rename(renamed.with_name("张三的作业.ipynb"))
    room.log = room.nbgrader("autograde", "01_tensors")
    room.log += room.nbgrader("generate_feedback", "01_tensors")
    room.rows = room.exported()
    return room
