"""docs/classroom.md: every command in it, run as it stands, with a student in between."""

import csv
import re
import shlex
import shutil
import subprocess

import pytest

from kata.cli import main
from tests.classroom.postgres import PROGRAMS
from tests.classroom.room import ROOT, Room, nbgrader

PAGE = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
RELEASING, MAKING, GRADING, PLATFORMS, SEVERAL, CREATING, FOLDER, GRADESCOPE = COMMANDS


def test_every_command(tmp_path, right, monkeypatch):
    assert RELEASING == "make release\n"  # which tests/release/ does
    shell = Shell(tmp_path)
    shell.run(MAKING.replace("cd course\n", ""), monkeypatch)
    shell.exchange()
    student = Shell(tmp_path, tmp_path / "student")
    student.run("nbgrader fetch_assignment 01_tensors --course=llm-katas\n", monkeypatch)
    notebook = student.folder / "01_tensors" / "softmax.ipynb"
    assert "BEGIN SOLUTION" not in notebook.read_text(encoding="utf-8")
    shutil.copy(shell.folder / "source" / "01_tensors" / "softmax.ipynb", notebook)
    student.run("nbgrader submit 01_tensors --course=llm-katas\n", monkeypatch)
    shell.run(GRADING + PLATFORMS, monkeypatch)
    with (shell.folder / "grades.csv").open(newline="") as rows:
        (row,) = csv.DictReader(rows)
    assert float(row["score"]) == 10 and row["status"] == "graded"
    assert {"canvas.csv", "moodle.csv"} <= {file.name for file in shell.folder.iterdir()}
    student.run("nbgrader fetch_feedback 01_tensors --course=llm-katas\n", monkeypatch)
    assert [*(student.folder / "01_tensors" / "feedback").rglob("softmax.html")]

    ann = tmp_path / "submissions" / "ann"
    ann.mkdir(parents=True)
    (ann / "softmax.py").write_text(right)
    shell.run(FOLDER.replace("submissions", str(tmp_path / "submissions")), monkeypatch)
    assert "10.0,110.0" in (tmp_path / "submissions.grades" / "grades.csv").read_text()
    shell.run(GRADESCOPE.replace("autograder.zip", str(tmp_path / "autograder.zip")), monkeypatch)
    assert (tmp_path / "autograder.zip").stat().st_size > 10_000


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_several_at_once(database, course, right, tmp_path, request, monkeypatch):
    settings = ""
    if database == "postgresql":
        monkeypatch.setenv("PGHOST", request.getfixturevalue("postgres_server"))
        monkeypatch.setenv("PGUSER", "grader")
        program, *arguments = CREATING.split()
        subprocess.run([PROGRAMS / program, *arguments], check=True)
        settings = re.search(r"c\.CourseDirectory\.db_url = .*\"", PAGE)[0] + "\n"
    room = Room.open(tmp_path / "course", course, course.select(["softmax"]), "01_tensors", settings)
    for student in ("ann", "zoe"):
        room.hand_in(student, room.answered(right))
    Shell(tmp_path).run(SEVERAL, monkeypatch)
    assert {student: row["score"] for student, row in room.exported().items()} == {"ann": "10.0", "zoe": "10.0"}


class Shell:
    """A command line with nothing of this machine's nbgrader in it."""

    def __init__(self, root, folder=None):
        self.root, self.folder = root, folder or root / "course"
        self.folder.mkdir(exist_ok=True)
        (root / "exchange").mkdir(mode=0o777, exist_ok=True)
        (root / "exchange").chmod(0o777)
        (root / "jupyter").mkdir(exist_ok=True)
        (root / "jupyter" / "nbgrader_config.py").write_text(self._setting())

    def _setting(self):
        return f"c = get_config()\nc.Exchange.root = {str(self.root / 'exchange')!r}\n"

    def exchange(self):
        """What the page tells an instructor to set."""
        with (self.folder / "nbgrader_config.py").open("a") as config:
            config.write(self._setting().partition("\n")[2])

    def run(self, commands, monkeypatch):
        for command in commands.splitlines():
            program, *arguments = shlex.split(command)
            if program == "kata":
                monkeypatch.chdir(ROOT)
                if "init" in arguments:
                    arguments[arguments.index("course")] = str(self.folder)
                status, log = main(arguments), ""
            else:
                status, log = nbgrader(arguments[0], arguments[1:], self.folder, self.root / "jupyter")
            assert not status, (command, log[-3000:])
