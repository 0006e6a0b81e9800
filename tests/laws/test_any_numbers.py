"""Whatever numbers a submission gives back, in the right form, each exercise has a verdict and none of ours fails."""

import pytest
import torch

from kata.course import Course
from kata.execution.nested import map_leaves
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.submission import InProcess
from tests.conftest import ROOT, held

COURSE = Course.load(ROOT)
pytestmark = pytest.mark.proved
WITHOUT_NUMBERS = ("03_text/wordpiece",)
FILLS = {  # what stands in place of every float, and of every whole number
    "NaN": (float("nan"), 0),
    "inf": (float("inf"), 127),
    "-inf": (float("-inf"), -128),
    "0": (0.0, 0),
    "-1": (-1.0, -1),
    "1e30": (1e30, 2),
}


def filled(tree, numbers):
    number, whole = numbers

    def fill(leaf):
        if isinstance(leaf, torch.Tensor):
            if not leaf.is_floating_point():
                return torch.full_like(leaf, whole)
            return torch.full_like(leaf, number, dtype=torch.float64).to(leaf.dtype)  # inf where it cannot hold 1e30
        if isinstance(leaf, float):
            return number
        return whole if type(leaf) is int else leaf

    return map_leaves(fill, tree)


@pytest.mark.parametrize("exercise", held(COURSE.exercises), ids=str)
def test_a_verdict_whatever_the_numbers(exercise, monkeypatch):
    run, fills = InProcess.run, iter(FILLS.values())

    def lying(self, requests):
        for outcome in run(self, requests):
            outcome.outputs = filled(outcome.outputs, self.fill)
            yield outcome

    def numbered(self, source, file):
        init(self, source, file)
        self.fill = next(fills)

    init = InProcess.__init__
    monkeypatch.setattr("kata.judge.checks.matching_mistakes", lambda *_: [])  # takes long, and is not the question
    monkeypatch.setattr(InProcess, "run", lying)
    monkeypatch.setattr(InProcess, "__init__", numbered)
    with Judge(COURSE, in_process=True) as judge:
        jobs = [Job(name, {exercise.id: exercise.solution}) for name in FILLS]
        for name, verdict in zip(FILLS, judge.grade([exercise], jobs), strict=True):
            (found,) = verdict.exercises
            ungraded = [test for test in found.tests if test.status == "ungraded"]
            assert found.score is not None and not ungraded, (name, found.message, ungraded)
            # What gives texts and bytes alone has no number to lie about.
            assert found.status != "passed" or exercise.id in WITHOUT_NUMBERS, (
                f"all numbers are {name}, and that passes"
            )
