"""Seeds in a class: the same answer is judged alike for ever, another one on other numbers, and nobody is told a seed."""

import json
import os
import re
from functools import partial
from pathlib import Path

import pytest

from kata.classroom.folder import grade_folder
from kata.errors import UsageError
from kata.judge.scoring import Job
from kata.service.secret import FILE, secret_in, seed_of

WRONG = "def softmax(x, dim=-1):\n    return x * 0\n"
EXPECTED = re.compile(r"expected (-?[\d.e-]+)")


@pytest.fixture
def grade(course, tmp_path):
    """Grade answers as one class, student -> text, and return what each student reads."""

    def of(texts, seed=None, output="out"):
        for student, text in texts.items():
            file = tmp_path / "class" / student / "softmax.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        settings = {"processes": 1, "allow_unisolated": False, "report": lambda: None}
        out = tmp_path / output
        found = grade_folder(course, course.select(["softmax"]), tmp_path / "class", out, seed=seed, **settings)
        return {s: (found[s], (out / "feedback" / f"{s}.txt").read_text(encoding="utf-8")) for s in texts}

    return of


def expected(entry):
    """The numbers that a verdict gives away."""
    return {number for test in entry["exercises"][0]["tests"] for number in EXPECTED.findall(test["message"])}


def test_another_answer_gets_other_numbers_and_the_same_one_the_same(grade):
    found = grade({"ann": WRONG, "ben": WRONG, "cleo": WRONG + "# once more\n"})
    (ann, said), (ben, _), (cleo, said_to_cleo) = found.values()
    assert ann["exercises"][0]["tests"] == ben["exercises"][0]["tests"]
    told, later = expected(ann) - {"0", "1"}, expected(cleo) - {"0", "1"}
    assert len(told) > 5 and len(later) > 5 and not told & later
    again = grade({"ann": WRONG}, output="out")["ann"][0]
    assert again["exercises"][0]["tests"] == ann["exercises"][0]["tests"]
    other_class = grade({"ann": WRONG}, output="another class")["ann"][0]
    assert not told & expected(other_class)
    for text in (said, said_to_cleo):
        assert "seed" not in text and text.count("isolation") == 1


def test_a_table_of_what_verdicts_said_earns_nothing(course, judge):
    """Each round, what the last one was told is written into the answer, beside what it printed of its inputs."""
    (exercise,) = course.select(["softmax"])
    seed, known, scores = partial(seed_of, "a secret of this class"), {}, []
    for _ in range(4):
        text = (
            f"import torch\nKNOWN = {known!r}\n"
            + """
def key(x): return str((tuple(x.shape), round(float(x.detach().double().nan_to_num(0, 0, 0).sum()), 2)))
def softmax(x, dim=-1):
    if not x.is_floating_point(): raise TypeError
    print(key(x))
    first = KNOWN.get(key(x), 7.0)
    return torch.full_like(x, first)
"""
        )
        (verdict,) = grade_text(judge, exercise, text, seed)
        scores.append(verdict.score)
        for test in verdict.tests:
            numbers = EXPECTED.findall(test.message)
            if numbers and test.example and test.example.printed:
                assert test.example.printed.split("\n")[0] not in known, "these inputs were seen before"
                known[test.example.printed.split("\n")[0]] = float(numbers[0])
    assert len(known) > 20 and len(set(scores)) == 1


def grade_text(judge, exercise, text, seed):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder, "softmax.py")
        file.write_text(text, encoding="utf-8")
        return [v.exercises[0] for v in judge.grade([exercise], [Job("x", {exercise.id: file})], seed=seed)]


def test_a_seed_that_is_asked_for_holds_for_all_and_is_told_to_no_student(grade):
    found = grade({"ann": WRONG, "cleo": WRONG + "# once more\n"}, seed=20261127)
    (ann, said), (cleo, _) = found.values()
    assert expected(ann) == expected(cleo) and ann["seed"] == 20261127
    assert "20261127" not in said


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    file = tmp_path / "course" / FILE
    secret = secret_in(file)
    assert len(secret) == 64 and secret_in(file) == secret
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("chosen by an instructor\n")
    assert secret_in(file) == "chosen by an instructor"
    file.write_text("short\n")
    with pytest.raises(UsageError, match="too short for a secret"):
        secret_in(file)


def test_a_seed_gives_away_neither_the_secret_nor_its_like():
    seeds = {seed_of(secret, exercise, text) for secret in "ab" for exercise in ("x", "y") for text in ("", "1", "12")}
    assert len(seeds) == 12 and all(0 <= seed < 2**52 for seed in seeds)
    assert seed_of("a", "x", "1") == seed_of("a", "x", "1")
    assert seed_of("a", "x", "\ud800")  # half a character


def test_results_for_the_instructor_are_within_the_schema(grade):
    ((entry, _),) = grade({"ann": WRONG}).values()
    assert entry["seed"] is None and json.dumps(entry)


def test_a_secret_is_never_half_there_and_the_first_one_stays(tmp_path, monkeypatch):
    file, link, first = tmp_path / "kept" / FILE, os.link, "of another process: " + 20 * "x"

    def late(beside, name):
        assert not file.exists() and len(Path(beside).read_text(encoding="utf-8").strip()) == 64
        file.write_text(first, encoding="utf-8")
        link(beside, name)

    monkeypatch.setattr(os, "link", late)
    assert secret_in(file) == first
    assert [other.name for other in file.parent.iterdir()] == [FILE]
