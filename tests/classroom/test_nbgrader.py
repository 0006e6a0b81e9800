"""Stock nbgrader with our grading: the right grade for whatever is handed in, and nothing for those who cheat."""

import json
import os
import re
import sqlite3
from collections import Counter
from functools import cache, partial
from html.parser import HTMLParser

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from kata.classroom.nbgrader import prefetch as ahead
from kata.classroom.nbgrader.collect import Collect
from kata.classroom.nbgrader.source_notebook import without_statement
from kata.course.answers import Answers
from kata.judge.scoring import Job
from kata.report.parts import cause
from kata.report.words import words_of
from kata.service.client import Grader
from kata.service.secret import FILE, secret_in, seed_of
from tests.classroom.odd import ODD
from tests.classroom.room import ROOT, Room, answer, is_graded


@pytest.mark.parametrize("student", ODD)
def test_the_right_grade_with_its_reason(odd_room, student):
    odd = ODD[student]
    assert odd_room.score(student) == odd.score
    assert float(odd_room.rows[student]["score"]) == odd.score
    assert odd_room.rows[student]["status"] == "graded"
    assert odd.says in odd_room.said(student)


@pytest.mark.parametrize("student", [*ODD, "strangers"])
def test_what_students_write_does_nothing_in_the_feedback(odd_room, student):
    """Of a script, a link or an event there is at most the text."""
    found, usual = (Dangers.of(odd_room.feedback(one)) for one in (student, "untouched"))
    assert found == usual


class Dangers(HTMLParser):
    """What of a page does something when it is looked at, or at a click."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    @classmethod
    def of(cls, page):
        parser = cls()
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "svg", "object", "embed", "form", "base", "meta", "link"):
            self.found[tag] += 1
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or re.match("(javascript|vbscript|data):", address):
                self.found[f"{tag} {name}"] += 1


def test_no_submission_sees_the_course(odd_room):
    assert "PWNED" not in odd_room.said("answers_looked_up")


def test_a_notebook_of_200_mb(odd_room):
    assert odd_room.score("large") == 0.0
    assert "200 MB" in odd_room.said("large") and "Clear its outputs" in odd_room.said("large")


def test_a_link_to_the_solution(odd_room):
    assert odd_room.score("linked") == 0.0
    assert "Hand in the notebook itself" in odd_room.said("linked")


def test_links_are_collected_as_links(tmp_path):
    """Stock nbgrader reads through them, with the instructor's rights."""
    secret, inbound = tmp_path / "secret.ipynb", tmp_path / "inbound"
    secret.write_text("a solution")
    inbound.mkdir()
    (inbound / "softmax.ipynb").symlink_to(secret)
    (inbound / "other.ipynb").write_text("{}")
    collect = Collect(coursedir=CourseDirectory())
    collect.do_copy(str(inbound), str(tmp_path / "submitted"))
    assert (tmp_path / "submitted" / "softmax.ipynb").is_symlink()
    assert (tmp_path / "submitted" / "other.ipynb").read_text() == "{}"
    (tmp_path / "linked").symlink_to(inbound)
    collect.do_copy(str(tmp_path / "linked"), str(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_a_notebook_named_in_chinese(odd_room):
    assert odd_room.score("renamed") == 10.0
    assert "handed in as 张三的作业.ipynb" in odd_room.said("renamed")


def test_what_lies_beside_a_notebook_goes_no_further(odd_room):
    assert odd_room.score("strangers") == 10.0
    for tree in ("autograded", "feedback"):
        found = [file.name for file in (odd_room.folder / tree / "strangers").rglob("*") if file.is_file()]
        assert found in (["softmax.ipynb"], ["softmax.html"]), found


def test_no_grade_was_written_but_by_nbgrader(odd_room):
    with sqlite3.connect(odd_room.folder / "gradebook.db") as book:
        assert book.execute("select count(*) from grade where manual_score is not null").fetchone() == (0,)
        assert book.execute("select count(*) from grade where auto_score is null").fetchone() == (0,)


def test_nothing_that_is_hidden_gets_out(odd_room, course, right):
    """Neither the solution's text, nor the grader's, nor the hidden tests' of our own notebooks."""
    honest = ["untouched", "partly_right", "no_json", "all_deleted"]
    trees = [
        odd_room.folder / "release",
        *(odd_room.folder / t / s for t in ("autograded", "feedback") for s in honest),
    ]
    (exercise,) = course.select(["softmax"])
    secrets = [*secret_lines(exercise), "BEGIN HIDDEN", "BEGIN SOLUTION", "not graded by kata", "PWNED"]
    for tree in trees:
        files = [file for file in tree.rglob("*") if file.is_file()]
        assert files
        for file in files:
            text = file.read_text(encoding="utf-8")
            allowed = "partly_right" in file.parts  # it wrote most of the solution itself
            held = [
                line
                for line in secrets
                if (line in text or json.dumps(line)[1:-1] in text) and not (allowed and line in right)
            ]
            assert not held, (file, held)


def secret_lines(exercise):
    """Lines of the solution's regions and of the grader that are in no stub, and say something."""
    stub = exercise.stub.read_text(encoding="utf-8")
    files = (exercise.solution, exercise.grader, exercise.answers)
    lines = {line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    hints = re.compile(r"""^hint =|^["']|name|^reason =|\\$|\"\"\"$""")  # these are what feedback is made of
    return [line for line in lines if len(line) > 25 and line not in stub and not hints.search(line)]


def test_a_failure_of_ours_is_ungraded_and_shown(small_room, right):
    """And an earlier grade does not stand in for the one that there is not."""
    room = small_room
    room.hand_in("ann", room.answered(right))
    room.hand_in("ben", room.answered("def softmax(x, dim=-1):\n    return x\n"))
    room.nbgrader("autograde", "01_tensors")
    assert {row["score"] for row in room.exported().values()} == {"10.0", "0.0"}
    log = room.nbgrader("autograde", "01_tensors", "--force", "--JudgeCells.course=nowhere", ok=False)
    assert "course.toml is missing" in log
    rows = room.exported()
    assert {row["score"] for row in rows.values()} == {""} and {row["status"] for row in rows.values()} == {"ungraded"}
    assert "softmax-values" in rows["ann"]["ungraded"]
    canvas = room.folder / "canvas.csv"
    room.nbgrader("export", "--exporter=kata.classroom.nbgrader.export.Canvas", f"--to={canvas}")
    assert canvas.read_text().splitlines()[1:] == ["    Points Possible,,,,,10.0", "ann,,,ann,,", "ben,,,ben,,"]
    room.nbgrader("autograde", "01_tensors")  # without --force: what is not graded is graded now
    assert {s: row["score"] for s, row in room.exported().items()} == {"ann": "10.0", "ben": "0.0"}


BY_HEART = """\
import hashlib
import torch

def key(x):
    return hashlib.sha256(repr(x.tolist()).encode()).hexdigest()[:12]

def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError
    print("key-" + key(x))
    return torch.full_like(x, KNOWN.get(key(x), 7.0))
"""


def test_what_a_student_was_told_earns_nothing_when_it_is_handed_in_again(small_room):
    """Each round, the answer holds what the last one's reports said was expected, under what it printed of its inputs."""
    room, known, scores, asked = small_room, {}, [], set()
    for _ in range(3):
        notebook = room.answered(BY_HEART.replace("KNOWN", repr(known)))
        room.hand_in("memo", notebook)
        room.nbgrader("autograde", "01_tensors", "--student=memo", "--force")
        said = room.said("memo")
        printed, told = re.findall(r"key-(\w+)", said), re.findall(r"expected (-?[\d.e-]+)", said)
        assert len(told) > 5 and printed and not asked & {*printed}, "these inputs were seen before"
        asked |= {*printed}
        known |= {key: float(number) for key, number in zip(printed, told, strict=False)}
        scores.append(room.score("memo"))
    assert len({*scores}) == 1


def test_the_buttons_of_the_formgrader(small_room, right):
    """They call this interface, in the server's own process."""
    small_room.hand_in("dora", small_room.answered(right))
    config = PyFileConfigLoader("nbgrader_config.py", str(small_room.folder)).load_config()
    config.CourseDirectory.root = str(small_room.folder)
    api = NbGraderAPI(config=config)
    for button in (api.autograde, api.generate_feedback):
        result = button("01_tensors", "dora")
        assert result["success"], result
    assert small_room.score("dora") == 10.0 and "passed, 10 / 10" in small_room.feedback("dora")
    (row,) = [one for one in api.get_submissions("01_tensors") if one["id"] and one["student"] == "dora"]
    assert row["score"] == 10.0 and not row["needs_manual_grade"] and row["autograded"]


def test_no_class_without_isolation(small_room, right, monkeypatch):
    small_room.hand_in("cleo", small_room.answered(right))
    run = ("autograde", "01_tensors", "--student=cleo", "--force")
    monkeypatch.setattr(ahead, "grader", cache(Grader))
    monkeypatch.setattr(ahead, "_known", {})
    monkeypatch.setenv("KATA_ISOLATION", "none")
    assert "no class is graded" in small_room.nbgrader(*run, ok=False)
    assert small_room.exported()["cleo"]["status"] == "ungraded"
    small_room.nbgrader(*run, "--JudgeCells.allow_unisolated=True")
    assert small_room.exported()["cleo"]["score"] == "10.0"
    ahead.grader(ROOT).close()


def test_one_score_three_ways(course, judge, tmp_path_factory):
    """Of every exercise a mistake that earns a part: as a file, as a notebook and in a class. The words are the same.

    With KATA_EVERY of all exercises, as `make verify` has it; else of the first of each track, to be quick.
    """
    chosen = (
        course.exercises
        if os.environ.get("KATA_EVERY")
        else tuple(t.exercises[0] for t in course.tracks if t.exercises)
    )
    room = Room.open(tmp_path_factory.mktemp("ways") / "course", course, chosen, "all")
    files = {}
    for exercise in chosen:
        text = without_statement(a_mistake(exercise))
        files[exercise.id] = room.folder.parent / f"{exercise.name}.py"
        files[exercise.id].write_text(text + "\n", encoding="utf-8")
        room.hand_in("ann", room.answered(text, exercise.name), exercise.name)
    seed = partial(seed_of, secret_in(room.folder / FILE))
    (by_file,) = judge.grade(chosen, [Job("file", files)], seed=seed)
    room.nbgrader("autograde", "all")
    total = 0.0
    for verdict in by_file.exercises:
        name = verdict.id.rpartition("/")[2]
        total += verdict.score
        assert room.score("ann", name) == pytest.approx(verdict.score, abs=1e-5), verdict.id
        said = room.said("ann", name)
        words, told = words_of(course)(verdict.id), " ".join(said.split())
        for test in verdict.tests:
            # One cause is said once, on one of the cases that it fails.
            alike = [words.message(other.message) for other in verdict.tests if cause(other) == cause(test)]
            assert any(" ".join(shown.split()) in told for shown in alike), (verdict.id, test.name)
            assert test.mistake in said and test.hint in said
    assert float(room.exported()["ann"]["score"]) == pytest.approx(total, abs=1e-4)


def a_mistake(exercise):
    """The solution with the last known mistake in it: those stand from blatant to subtle, so it earns a part."""
    return Answers.of(exercise).mistakes[-1].of(exercise.solution.read_text(encoding="utf-8"))


def test_the_notebook_that_students_get(small_room, course):
    (exercise,) = course.select(["softmax"])
    notebook = small_room.release()
    first, check = notebook["cells"][0], notebook["cells"][2]
    assert first["cell_type"] == "markdown" and r"\operatorname{softmax}" in first["source"]
    assert answer(notebook)["source"].rstrip() in exercise.stub.read_text(encoding="utf-8")
    assert check["source"] == 'import kata\n\nkata.check("softmax")'
    points = [cell["metadata"]["nbgrader"]["points"] for cell in notebook["cells"] if is_graded(cell)]
    assert sum(points) == 10.0 and len(points) > 2
