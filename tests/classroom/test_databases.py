"""The gradebook on SQLite and on PostgreSQL, and several who autograde at once: nothing is lost, nothing is another's."""

import contextlib
import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from kata.classroom.folder import grade_folder
from kata.classroom.nbgrader import gradebook
from kata.classroom.nbgrader.source_notebook import without_statement
from kata.course.answers import Answers
from tests.classroom.postgres import create
from tests.classroom.room import Room

SEED = "c.JudgeCells.seed = 7\n"  # the same for all: what they score is compared
GROUPS = ("a", "b", "c")
STUDENTS = [f"{group}{n}" for group in GROUPS for n in range(1, 5)]


@pytest.fixture(scope="module")
def answers(course):
    """student -> what it hands in: the right answer, and eleven known mistakes, of which many earn a part."""
    (softmax,) = course.select(["softmax"])
    solution = softmax.solution.read_text(encoding="utf-8")
    wrong = [mistake.of(solution) for mistake in Answers.of(softmax).mistakes]
    texts = [without_statement(text) for text in (wrong * 2)[: len(STUDENTS) - 1]]
    return dict(zip(STUDENTS, [without_statement(solution), *texts], strict=True))


@pytest.fixture(scope="module")
def alone(course, answers, tmp_path_factory):
    """What one process alone has found: student -> its scores, a graded cell each."""
    room = room_on(None, course, answers, tmp_path_factory.mktemp("alone"))
    room.nbgrader("autograde", "01_tensors")
    return {student: room.scores(student) for student in STUDENTS}


@pytest.fixture(params=["sqlite", "postgresql"])
def room(request, course, answers, tmp_path):
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    return room_on(server and create(server, f"book{abs(hash(request.node.name))}"), course, answers, tmp_path)


def room_on(url, course, answers, place):
    settings = SEED + (f"c.CourseDirectory.db_url = {url!r}\n" if url else "")
    room = Room.open(place / "course", course, course.select(["softmax"]), "01_tensors", settings)
    room.url = url or f"sqlite:///{room.folder}/gradebook.db"
    for student, text in answers.items():
        room.hand_in(student, room.answered(text))
    return room


@pytest.mark.timeout(600)  # six processes, each of which imports nbgrader and torch
def test_three_at_once_find_what_one_finds(room, alone):
    assert len({tuple(scores) for scores in alone.values()}) > 3, "they differ, so that a mix-up would show"
    for again in ([], ["--force"]):
        working = [autograding(room, group, *again) for group in GROUPS]
        for group, one in zip(GROUPS, working, strict=True):
            while not ended(one):
                for student, row in room.exported().items():  # who looks at the book meanwhile is in nobody's way
                    whole = row["status"] == "graded" and float(row["score"]) == pytest.approx(sum(alone[student]))
                    assert whole or row["status"] in ("not submitted", "ungraded"), row
            assert one.returncode == 0, log_of(room, group).read_text()[-3000:]
        rows = room.exported()
        for student in STUDENTS:
            assert room.scores(student) == alone[student]
            assert in_the_book(room, student) == alone[student]
            assert float(rows[student]["score"]) == pytest.approx(sum(alone[student]), abs=1e-6)
            assert rows[student]["status"] == "graded"


def autograding(room, group, *arguments):
    """A process of its own, as in another terminal."""
    home = room.folder.parent / "home"
    with log_of(room, group).open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", room.assignment, f"--student={group}*", *arguments],
            cwd=room.folder,
            env={**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)},
            stdout=log,
            stderr=log,
        )


def log_of(room, group):
    return room.folder.parent / f"{group}.log"


def ended(process):
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)  # a look at the book a second
    return process.returncode is not None


def in_the_book(room, student):
    """The scores in the order of the notebook's cells."""
    with Gradebook(room.url) as book:
        grades = book.find_submission_notebook("softmax", "01_tensors", student).grades
        assert not any(grade.needs_manual_grade for grade in grades)
        scores = {grade.name: grade.auto_score for grade in grades}
    cells = [cell["metadata"]["nbgrader"] for cell in room.release()["cells"] if "nbgrader" in cell["metadata"]]
    return [scores[cell["grade_id"]] for cell in cells if cell["grade"]]


def test_the_formgrader_and_the_folder_grade_into_it(room, alone, course, answers, tmp_path):
    """What the formgrader asks its tables for, and `kata classroom grade --gradebook`."""
    config = PyFileConfigLoader("nbgrader_config.py", str(room.folder)).load_config()
    config.CourseDirectory.root = str(room.folder)
    api = NbGraderAPI(config=config)
    result = api.autograde("01_tensors", "a2")
    assert result["success"], result
    (row,) = [one for one in api.get_submissions("01_tensors") if one["student"] == "a2"]
    assert row["score"] == pytest.approx(sum(alone["a2"])) and not row["needs_manual_grade"]
    assert api.get_assignment("01_tensors")["average_score"] == pytest.approx(row["score"])
    assert [one["name"] for one in api.get_notebooks("01_tensors")] == ["softmax"]
    assert len(api.get_notebook_submissions("01_tensors", "softmax")) == 1
    assert {one["id"] for one in api.get_students()} >= {"a2"}

    (tmp_path / "class" / "a2").mkdir(parents=True)
    (tmp_path / "class" / "a2" / "softmax.py").write_text(answers["a1"], encoding="utf-8")
    chosen = course.select(["softmax"])
    settings = {"seed": 7, "processes": 1, "allow_unisolated": False, "report": lambda: None}
    results = grade_folder(course, chosen, tmp_path / "class", tmp_path / "out", **settings)
    gradebook.write(room.url, results, chosen)
    assert in_the_book(room, "a2") == alone["a1"]
