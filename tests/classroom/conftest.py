import os

import pytest

from kata.classroom.notebooks import without_statement
from tests.classroom.odd import ODD
from tests.classroom.room import Room


@pytest.fixture(scope="session")
def right(course):
    (softmax,) = course.select(["softmax"])
    return without_statement(softmax.solution.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def small_room(course, tmp_path_factory):
    """A course of one notebook, without students."""
    folder = tmp_path_factory.mktemp("small") / "course"
    return Room.open(folder, course, course.select(["softmax"]), "01_tensors")


@pytest.fixture(scope="session")
def odd_room(course, right, tmp_path_factory):
    """A class of all the odd and hostile submissions, autograded and with feedback, by stock commands."""
    folder = tmp_path_factory.mktemp("odd") / "course"
    room = Room.open(folder, course, course.select(["softmax"]), "01_tensors")
    for student, odd in ODD.items():
        room.hand_in(student, odd.make(room.release(), right))
    large = room.hand_in("large", b"")
    os.truncate(large, 200 << 20)  # 200 MB that take no room on the disk
    secret = folder / "secret.txt"
    secret.write_text("PWNED secret of the instructor's")
    linked = room.hand_in("linked", b"")
    linked.unlink()
    linked.symlink_to(folder / "source" / "01_tensors" / "softmax.ipynb")
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
