"""A name is true, also where two mistakes meet: no answer is said to make one that it does not."""

import pytest

from kata.course import Course
from kata.course.answers import Variant
from kata.judge.run import Judge
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
