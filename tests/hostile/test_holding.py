"""Answers that are forged to be long: the judge reads no more of them than its own share."""

import time

import pytest

from kata.judge.scoring import Job
from kata.judge.submission import COMMON_READING, OWN_READING
from kata.verdict import UNREAD
from tests.hostile.holding import FRAMES, forged

SLACK = 1.5  # seconds for the answer at which it is enough, and for the tests themselves


@pytest.fixture
def grade(course, judge, tmp_path):
    """The verdict on a forged answer to softmax, and how long it held the judge's processor."""

    def of(frame):
        (exercise,) = course.select(["softmax"])
        file = tmp_path / "softmax.py"
        file.write_text(forged(frame), encoding="utf-8")
        start = time.process_time()
        (verdict,) = judge.grade([exercise], [Job("forged", {exercise.id: file})])
        return verdict.exercises[0], time.process_time() - start

    return of


@pytest.mark.parametrize("frame", FRAMES)
def test_a_long_answer_holds_the_judge_for_its_share(grade, frame):
    found, seconds = grade(frame)
    assert seconds < OWN_READING + COMMON_READING + SLACK
    assert found.score == 0 and found.status in ("failed", "crashed", "timed_out")


def test_what_takes_too_long_to_read_is_said_to(grade, monkeypatch):
    monkeypatch.setattr("kata.judge.submission.OWN_READING", 0.05)
    monkeypatch.setattr("kata.judge.submission.COMMON_READING", 0.0)
    found, _ = grade("a long list")
    assert found.score == 0 and any(test.message.startswith(UNREAD) for test in found.tests)


def test_a_right_answer_is_far_from_that(course, judge, monkeypatch):
    (exercise,) = course.select(["multi_head_attention"])
    monkeypatch.setattr("kata.judge.submission.COMMON_READING", 0.0)
    (verdict,) = judge.grade([exercise], [Job("right", {exercise.id: exercise.solution})])
    assert verdict.exercises[0].status == "passed"
