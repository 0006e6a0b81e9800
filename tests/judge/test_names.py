"""A name is true, also where two mistakes meet: no answer is said to make one that it does not."""

import pytest

from kata.course import Course
from kata.course.answers import Variant
from kata.judge.checks import MOST_UNEXPLAINED
from kata.judge.diagnosis import matching_mistakes
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from kata.strength.names import false_names, measure_names, two_at_once
from kata.verdict import TestVerdict, exercise_verdict
from tests.conftest import ROOT

COURSE = Course.load(ROOT)
SOLUTION = "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION\n"


@pytest.fixture(scope="module")
def unsafe():
    with Judge(COURSE, in_process=True) as judge:
        yield judge


@pytest.mark.parametrize(
    "exercise", COURSE.select(["01_tensors/softmax", "04_attention/masks", "01_tensors/gelu"]), ids=str
)
def test_no_name_is_false_where_two_mistakes_meet(unsafe, exercise):
    """A sample; `python -m kata.strength.names` looks at every exercise."""
    names = measure_names(unsafe, exercise, sample=10)
    assert names.pairs == names.caught == 10
    assert names.named and not names.false


def test_two_mistakes_are_made_at_once():
    one, other = Variant("two", was="+ 1", becomes="+ 2"), Variant("minus", was="x +", becomes="x -")
    ((first, second, both),) = two_at_once(SOLUTION, [one, other])
    assert (first, second) == (one, other) and "return x - 2" in both
    assert not list(two_at_once(SOLUTION, [one, Variant("three", was="+ 1", becomes="+ 3")]))


def test_a_name_is_false_if_it_is_neither_and_explains_not_all():
    def verdict(*mistakes):
        return exercise_verdict("x", [TestVerdict(str(n), "failed", 0, 1, "", m) for n, m in enumerate(mistakes)], 0.0)

    assert false_names(verdict("a", "b", ""), {"a", "b"}) == []
    assert false_names(verdict("c", "c"), {"a", "b"}) == []
    assert false_names(verdict("c", "a"), {"a", "b"}) == ["`c` in ['0'], of 2 that failed"]


ANOTHER_EACH_TIME = """
import itertools
import torch

number = itertools.count(1)


def softmax(x, dim=-1):
    return torch.full_like(x, float(next(number)))
"""


def test_the_judge_gives_up_on_an_answer_that_no_mistake_explains(unsafe, monkeypatch):
    """A name is looked for by running every known mistake: on an answer that fails each test anew, for a few tests only."""
    (exercise,) = COURSE.select(["softmax"])
    looked_for = []

    def note(reference, mistakes, seen):
        looked_for.append(len(list(mistakes)))
        return matching_mistakes(reference, mistakes, seen)

    monkeypatch.setattr("kata.judge.checks.matching_mistakes", note)
    (verdict,) = grade_sources(unsafe, exercise, [ANOTHER_EACH_TIME])
    failed = [test for test in verdict.tests if test.status == "failed"]
    assert len(looked_for) == len(failed) > MOST_UNEXPLAINED
    assert all(looked_for[:MOST_UNEXPLAINED]) and not any(looked_for[MOST_UNEXPLAINED:])
