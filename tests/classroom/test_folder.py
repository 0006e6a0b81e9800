"""Grading a folder of files: what is found, what a kill costs, and what the reports say."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from nbgrader.api import Gradebook

from kata.classroom import grades_csv as marks
from kata.classroom import gradescope
from kata.classroom.folder import grade_folder
from kata.classroom.ledger import Ledger
from kata.classroom.submissions import files, students
from kata.cli import main
from kata.course import Course
from kata.errors import JudgeError, UsageError
from kata.sandbox.host import Sandbox
from tests.classroom.room import ROOT

WRONG = "def softmax(x, dim=-1):\n    return x\n"


@pytest.fixture
def chosen(course):
    return course.select(["softmax"])


@pytest.fixture
def folder(tmp_path, right):
    """Four students, each with a layout of their own."""
    texts = {
        "ann/01_tensors/softmax.py": right,
        "ben/softmax.py": right.replace("dim, keepdim", "-1, keepdim"),
        "cleo/exercises/01_tensors/softmax.py": WRONG,
        "张三/notes.txt": "nothing to grade",
    }
    for path, text in texts.items():
        file = tmp_path / "class" / path
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "class"


def read(output, name="grades.csv"):
    with (output / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def lines(output):
    return [json.loads(line) for line in (output / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def run(folder, *options):
    command = [sys.executable, "-m", "kata", "classroom", "grade", str(folder), "--exercises", "softmax", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_class(folder, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    book = f"sqlite:///{folder.parent / 'gradebook.db'}"
    assert main(["classroom", "grade", str(folder), "--exercises", "softmax", "--gradebook", book]) == 0
    with Gradebook(book) as entered:
        scores = {s.student.id: s.score for s in entered.assignment_submissions("01_tensors")}
        assert scores == {"ann": 10.0, "ben": 8.666667, "cleo": 0.0, "张三": 0.0}
        assert entered.find_assignment("01_tensors").max_score == 10.0
    output = folder.with_name("class.grades")
    assert "4 of 4 graded" in capsys.readouterr().out
    scores = {row["student"]: (row["01_tensors/softmax"], row["score"], row["status"]) for row in read(output)}
    assert scores == {
        "ann": ("10.0", "10.0", "graded"),
        "ben": ("8.666667", "8.666667", "graded"),
        "cleo": ("0.0", "0.0", "graded"),
        "张三": ("0.0", "0.0", "graded"),
    }
    assert "the last axis whatever `dim` says" in (output / "feedback" / "ben.txt").read_text(encoding="utf-8")
    assert "there is no file" in (output / "feedback" / "张三.txt").read_text(encoding="utf-8")
    assert [row["Student"] for row in read(output, "canvas.csv")] == [
        "    Points Possible",
        "ann",
        "ben",
        "cleo",
        "张三",
    ]
    assert read(output, "canvas.csv")[2]["SIS Login ID"] == "ben"
    assert read(output, "moodle.csv")[1] == {"username": "ben", "01_tensors/softmax": "8.666667"}
    before = lines(output)
    (folder / "cleo/exercises/01_tensors/softmax.py").write_text("x")
    assert main(["classroom", "grade", str(folder), "--exercises", "softmax"]) == 0
    after = lines(output)
    same = [old["student"] for old, new in zip(before, after, strict=True) if old == new]
    assert same == ["ann", "ben", "张三"], "only what has changed is graded again"


def test_a_kill_loses_nothing_and_grades_nothing_twice(folder, tmp_path):
    for n in range(6):
        shutil.copytree(folder / "cleo", folder / f"student{n:02}")
    (folder / "student03/exercises/01_tensors/softmax.py").write_text("def softmax(x, dim=-1):\n    while True: pass\n")
    output = tmp_path / "out"
    first = run(folder, "-o", str(output))
    deadline = time.monotonic() + 120
    while not (output / "results.jsonl").exists() or not (output / "results.jsonl").stat().st_size:
        assert time.monotonic() < deadline and first.poll() is None
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    with (output / "results.jsonl").open("a") as file:
        file.write('{"student": "ann", "fingerp')  # as a kill in the middle of a line leaves it
    before = {entry["student"]: entry for entry in lines_that_hold(output)}
    assert 0 < len(before) < 10
    second = run(folder, "-o", str(output))
    _, err = second.communicate(timeout=240)
    assert second.returncode == 0, err
    after = lines(output)
    assert sorted(entry["student"] for entry in after) == sorted(one.name for one in students(folder))
    kept = {entry["student"]: entry for entry in after if entry["student"] in before}
    assert kept == before, "to the very time it took: not graded again"


def lines_that_hold(output):
    for line in (output / "results.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def test_links_lead_nowhere(tmp_path, course, chosen):
    (tmp_path / "linked").symlink_to(ROOT / "solutions")
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "exercises").symlink_to(ROOT / "solutions")
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "softmax.py").symlink_to(chosen[0].solution)
    assert [one.name for one in students(tmp_path)] == ["ann", "ben"]
    for student in students(tmp_path):
        (file,) = files(student, chosen).values()
        assert file == student / "01_tensors" / "softmax.py" and not file.exists()


def test_only_one_grades_into_a_folder(tmp_path):
    with Ledger(tmp_path).open(), pytest.raises(UsageError, match="another kata"), Ledger(tmp_path).open():
        pass


def test_refuses_without_isolation(folder, tmp_path, course, chosen, monkeypatch):
    monkeypatch.setattr(Sandbox, "isolation", "none")
    settings = {"seed": 1, "processes": 1, "report": lambda: None}
    with pytest.raises(JudgeError, match="no class is graded"):
        grade_folder(course, chosen, folder, tmp_path / "out", allow_unisolated=False, **settings)
    assert not (tmp_path / "out" / "results.jsonl").read_text()
    found = grade_folder(course, chosen, folder, tmp_path / "out", allow_unisolated=True, **settings)
    assert found["ann"]["score"] == 10.0 and found["ann"]["isolation"] == "none"


def test_a_failure_of_ours_is_no_zero(make_course, tmp_path):
    course = make_course("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n", "import nowhere\n")
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "toy.py").write_text("def f(): return 1\n")
    out = tmp_path / "out"
    settings = {"seed": 1, "processes": 1, "report": lambda: None, "allow_unisolated": False}
    for _ in range(2):  # and it is tried again, not taken for done
        found = grade_folder(course, course.exercises, tmp_path / "class", out, **settings)
        assert found["ann"]["score"] is None
    assert read(out)[0] == {"student": "ann", "01_toy/toy": "", "score": "", "max_score": "10.0", "status": "ungraded"}
    assert "test_toy.py" in (out / "feedback" / "ann.txt").read_text()


def test_fields_with_commas_and_quotes():
    one = marks.Mark('O"Neil, a', "", "hw,1", None, 10.0)
    assert marks.moodle([one]) == 'username,"hw,1"\n"O""Neil, a",\n'


def test_gradescope(tmp_path, chosen, right, monkeypatch, capsys):
    """As Gradescope does it: unpack into source/, lay the files in submission/, run run_autograder, read results/."""
    monkeypatch.chdir(ROOT)
    archive, root = tmp_path / "autograder.zip", tmp_path / "autograder"
    assert main(["classroom", "gradescope", "--exercises", "softmax", "-o", str(archive)]) == 0
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        packed.extractall(root / "source")
        modes = {name: packed.getinfo(name).external_attr >> 16 for name in ("setup.sh", "run_autograder")}
    assert all(mode & 0o111 for mode in modes.values())
    assert "solutions/01_tensors/softmax.py" in names and "solutions/02_training/training_loop.py" not in names
    assert {"pyproject.toml", "setup.py"} <= set(names), "setup.sh installs from these"
    assert subprocess.run(["bash", "-n", root / "source" / "setup.sh"], check=False).returncode == 0
    (root / "submission").mkdir()
    (root / "results").mkdir()
    (root / "submission" / "softmax.py").write_text(right.replace("dim, keepdim", "-1, keepdim"))
    result = autograder(root)
    assert result["score"] == 8.666667 and len(result["tests"]) > 3
    assert "seed" not in json.dumps(result) and "seed" not in (root / "source" / "run_autograder").read_text()
    kept = tmp_path / "autograder.kata_secret"
    assert kept.read_text().strip() == (root / "source" / "kata_secret").read_text().strip()
    assert any("the last axis whatever" in test["output"] for test in result["tests"])
    grader = root / "source" / "graders" / "01_tensors" / "test_softmax.py"
    grader.write_text("import nowhere")
    broken = Course.load(root / "source")
    with pytest.raises(JudgeError, match="not graded"):
        gradescope.run(broken, broken.select(["softmax"]), root, seed=0, allow_unisolated=False)
    assert not (root / "results" / "results.json").exists(), "a failure of ours leaves no result, not even the last one"


def autograder(root):
    file = root / "source" / "run_autograder"
    file.chmod(0o755)
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root), "KATA_PYTHON": sys.executable}
    subprocess.run([file], check=False, env=environment, cwd=root, capture_output=True, timeout=240)
    result = root / "results" / "results.json"
    return json.loads(result.read_text()) if result.exists() else None
