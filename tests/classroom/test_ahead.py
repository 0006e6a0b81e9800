"""Verdicts ahead of time: a failure of ours costs nobody a verdict but whoever it is about."""

import signal
import time
from concurrent.futures import Future

import pytest

from kata.classroom.nbgrader import prefetch as ahead
from kata.errors import JudgeError
from kata.service import client as graded
from kata.verdict import ExerciseVerdict, SubmissionVerdict

SETTINGS = {"seed": 0, "processes": 2, "allow_unisolated": False}


class Grader:
    """In place of the judge: `fails` says of a text whether grading it fails, and with it what comes after."""

    def __init__(self, fails):
        self.fails = fails
        self.asked = []

    def grade(self, exercises, submissions, *, report, **settings):
        texts = [text for submission in submissions for text in submission.values()]
        self.asked.append((texts, settings["processes"]))
        found = []
        for number, text in enumerate(texts):
            if self.fails(text):
                raise JudgeError(f"killed by {text}")
            verdict = ExerciseVerdict(exercises[0], "passed", None if text == "no score" else 1.0, 1.0, 0.1)
            report(number, verdict)
            found.append(SubmissionVerdict(text, "cpu", 0, "full", [verdict]))
        return found


@pytest.fixture
def outcomes(course, monkeypatch):
    """What becomes of texts with such a grader, and what it was asked."""

    def of(texts, fails):
        grader, wanted = Grader(fails), {text: Future() for text in texts}
        monkeypatch.setattr(ahead, "grader", lambda root: grader)
        ahead._grade(course.exercises[0], course, wanted, SETTINGS)
        return {text: future.exception(0) or future.result(0).score for text, future in wanted.items()}, grader.asked

    return of


def test_only_the_culprit_goes_without(outcomes):
    found, asked = outcomes(["a", "culprit", "b", "c"], lambda text: text == "culprit")
    assert isinstance(found.pop("culprit"), JudgeError)
    assert found == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert asked[0] == (["a", "culprit", "b", "c"], 2)
    assert asked[1:] == [(["culprit"], 1), (["b"], 1), (["c"], 1)]  # `a` was known when it happened


def test_what_fails_once_is_tried_again(outcomes):
    failures = iter([True])
    found, _ = outcomes(["a", "b"], lambda text: next(failures, False))
    assert found == {"a": 1.0, "b": 1.0}


def test_a_verdict_without_a_score_is_asked_for_again(outcomes):
    found, asked = outcomes(["a", "no score"], lambda text: False)
    assert found == {"a": 1.0, "no score": None}
    assert [texts for texts, _ in asked] == [["a", "no score"], ["no score"]]


def test_a_judge_that_always_fails_is_not_asked_for_ever(outcomes):
    found, asked = outcomes([f"text {n}" for n in range(20)], lambda text: True)
    assert all(isinstance(one, JudgeError) for one in found.values()) and len(found) == 20
    assert len(asked) == 1 + ahead.ENOUGH


def test_a_judge_that_was_got_ready_in_vain_is_not_waited_for(course):
    with graded.Grader(course.root) as grader:
        process = grader.start()
        assert grader.start() is process
        start = time.monotonic()
    assert time.monotonic() - start < 1 and process.returncode == -signal.SIGKILL
