"""Float16, which only a card is asked for: whether right answers pass in it can be seen without one."""

import pytest

from kata.course import Course
from kata.course.answers import Answers
from kata.judge import checks
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from tests.conftest import ROOT, held

COURSE = Course.load(ROOT)
pytestmark = pytest.mark.proved
EXERCISES = held(COURSE.exercises)


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_right_answers_pass_in_float16_too(exercise, monkeypatch):
    """Those that fail for want of range or of digits ask for a case that says `dtypes`, or for a better reference."""
    monkeypatch.setitem(checks.DTYPES, "cpu", checks.DTYPES["cuda"])
    solution = exercise.solution.read_text(encoding="utf-8")
    right = {"the reference": solution, **{v.name: v.of(solution) for v in Answers.of(exercise).also_right}}
    with Judge(COURSE, in_process=True) as judge:
        verdicts = grade_sources(judge, exercise, [*right.values()])
    failed = {name: v.tests for name, v in zip(right, verdicts, strict=True) if v.status != "passed"}
    assert not {name: [(t.name, t.message) for t in tests if not t.passed] for name, tests in failed.items()}
