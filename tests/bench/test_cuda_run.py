"""`make cuda`, tried on the CPU: it needs a card to say anything of one, and none to be seen working."""

import json

import pytest

from kata.bench import cuda
from kata.course import Course
from tests.conftest import ROOT


@pytest.fixture
def place():
    return cuda.Place(Course.load(ROOT).only(["softmax", "relu"]), "cpu", "none")


def test_it_goes_on_where_it_stopped(place, tmp_path, monkeypatch):
    file, said = tmp_path / "cuda.json", []

    def stopped(place):
        raise KeyboardInterrupt

    monkeypatch.setitem(cuda.STEPS, "hostile", stopped)
    with pytest.raises(KeyboardInterrupt):
        cuda.run(place, file, said.append)
    assert list(json.loads(file.read_text())["steps"]) == ["doctor", "references", "references on the CPU", "laws"]
    monkeypatch.undo()
    said.clear()
    found = cuda.run(place, file, said.append)
    assert said == [f"{name}: done before" for name in list(cuda.STEPS)[:4]] + ["hostile ...", "bench ..."]
    assert found["steps"]["references"]["failed"] == found["steps"]["laws"]["broken"] == []
    assert {what["after it"] for name, what in found["steps"]["hostile"].items() if name != "took"} == {"passed"}
    text = cuda.page(found)
    assert "References on the card: 2 of 2 pass" in text and "Nothing failed." in text
    assert "An endless loop: timed_out" in text and "A card that is full: out_of_memory" in text


def test_another_suite_begins_anew(place, tmp_path):
    file = tmp_path / "cuda.json"
    file.write_text(json.dumps({"machine": {**cuda.about(place), "torch": "1.0"}, "steps": {"doctor": {}}}))
    assert cuda._known(file, cuda.about(place)) == {"machine": cuda.about(place), "steps": {}}


def test_failures_of_one_kind_are_one_line():
    failures = [
        "a/b: `values[one]`: JudgeError: no card (/x/y.py:3)",
        "a/b: `values[two]`: JudgeError: no card (/x/y.py:4)",
        "a/c: `values[one]`: JudgeError: no card (/x/z.py:3)",
        "a/c: the mistake 'it's late' is not named",
        "a/d: the right answer 'slow' fails `values[one]`: too late",
    ]
    assert cuda._alike(failures) == [
        "- JudgeError: no card (2 in a/b, a/c)",
        "- a mistake is not named (a/c)",
        "- a right answer fails too late (a/d)",
    ]


def test_without_a_card_it_says_so(capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert cuda.main([]) == 2
    assert "no card here" in capsys.readouterr().err
