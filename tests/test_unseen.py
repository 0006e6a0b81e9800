"""Answers that were written from the statements alone, by who had not seen the graders: each is judged rightly.

`wrong_*.py` are plausible mistakes, `right_*.py` unusual ways to do it. first_go.json says how each was judged when it was
new, under the name that it had then; docs/strength.md sums these up.
"""

import os

import pytest

from kata.course import Course
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.strength.records import UNSEEN, first_go
from tests.conftest import ROOT

COURSE = Course.load(ROOT)
SEEDS = range(3) if os.environ.get("KATA_EVERY") else [0]  # `make verify` has it
ANSWERS = {e: found for e in COURSE.exercises if (found := sorted((ROOT / UNSEEN / e.id).glob("*.py")))}


@pytest.fixture(scope="module")
def unjailed():
    """These answers are ours, and come to an end: without a sandbox they are judged in a third of the time."""
    with Judge(COURSE, in_process=True) as judge:
        yield judge


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")  # one of the mistakes
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", ANSWERS, ids=str)
def test_answers_nobody_had_thought_of_are_judged_rightly(unjailed, exercise, seed):
    jobs = [Job(answer.stem, {exercise.id: answer}) for answer in ANSWERS[exercise]]
    passed = {
        verdict.submission: verdict.passed
        for verdict in unjailed.grade([exercise], jobs, seed=seed, enough=lambda job, test: True)
    }
    assert passed == {answer.stem: answer.stem.startswith("right_") for answer in ANSWERS[exercise]}


def test_the_first_go_of_each_answer_is_recorded():
    records = {f"{exercise}/{name}" for exercise, names in first_go(COURSE).items() for name in names}
    answers = {f"{exercise.id}/{answer.stem}" for exercise, found in ANSWERS.items() for answer in found}
    # What turned out to be right by the statement was recorded as wrong.
    assert {a.replace("/right_", "/wrong_") for a in answers} == {r.replace("/right_", "/wrong_") for r in records}
