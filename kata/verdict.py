"""Verdicts on a test, an exercise and a submission: the schema of every report."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 1

# The word for how a test or an exercise ended. "passed" and "partial" are earned, the rest say why not.
STATUSES = (
    "passed",
    "partial",
    "failed",
    "not_started",
    "timed_out",
    "out_of_memory",
    "crashed",
    "refused",
    "broken",
    "ungraded",
)


# How a test speaks that costs points for what another test found.
WITHOUT_AGREEMENT = "holds, but counts only once a result agrees with the reference"
OUT_OF_BUDGET = "not run: the tests before it used up the time of this exercise"
UNREAD = "not run: it took too long to read what the calls before gave, which is longer than any right result"
# Where a grader's assertion has no message of its own, and where the judge has none.
WITHOUT_PROPERTY = "does not have the property this test is named for"
JUDGE_FAILED = "the judge failed"


@dataclass(frozen=True)
class Difference:
    """Numbers that a test compared, as tensors in float64 or whole, to draw; `wrong` is true where they disagree."""

    got: Any
    expected: Any
    wrong: Any


@dataclass(frozen=True)
class Example:
    """The example that a test failed on: lines that call the submission as the test did, and what it printed there."""

    lines: str
    printed: str


Shape = tuple[int, ...]


class Wrong(AssertionError):
    """A failure of the submission in a test, in the student's own terms. `status` is one of STATUSES."""

    def __init__(self, message: str, status: str = "failed", difference: Difference | None = None, allowed: str = ""):
        super().__init__(message)
        self.status = status
        self.difference = difference
        self.allowed = allowed  # how far the numbers might stray, and why
        self.shapes: tuple[Shape, Shape] | None = None  # of the result and of what was expected, where these differ
        self.inputs: dict[str, Any] = {}  # what the submission was called with
        self.calls = 1  # of the submission, of which that was the first
        self.example: Example | None = None


@dataclass
class TestVerdict:
    """A line of a verdict. `mistake` names the known mistake that gives the same result, and `hint` leads on.

    `besides` says that this one does not explain all that failed: something else is wrong, too.
    """

    __test__ = False  # pytest: this is no test class

    name: str
    status: str
    points: float
    max_points: float
    message: str = ""
    mistake: str = ""
    hint: str = ""
    besides: bool = False
    inputs: int = field(
        default=0, repr=False, compare=False
    )  # how many numbers went in; this and the rest are in no report
    difference: Difference | None = field(default=None, repr=False, compare=False)  # for a terminal
    allowed: str = field(default="", repr=False, compare=False)  # the same, for KATA_DEBUG
    example: Example | None = field(default=None, repr=False, compare=False)  # likewise

    @property
    def passed(self) -> bool:
        return self.status == "passed"


def smallest_first(tests: Iterable[TestVerdict]) -> list[TestVerdict]:
    """Order tests by how many numbers went in; those without any come last."""
    return sorted(tests, key=lambda test: test.inputs or math.inf)


@dataclass
class ExerciseVerdict:
    """The verdict on one exercise. `ungraded` means that the judge failed: there is no score, and never a 0 instead."""

    id: str
    status: str
    score: float | None
    max_score: float
    seconds: float
    tests: list[TestVerdict] = field(default_factory=list)
    message: str = ""
    printed: str = ""


@dataclass
class SubmissionVerdict:
    """The verdicts on a submission, from one device, with one seed or, if it is not told, one for each answer."""

    submission: str
    device: str
    seed: int | None
    isolation: str
    exercises: list[ExerciseVerdict] = field(default_factory=list)

    @property
    def graded(self) -> bool:
        return all(exercise.score is not None for exercise in self.exercises)

    @property
    def score(self) -> float | None:
        scores = [exercise.score for exercise in self.exercises if exercise.score is not None]
        return sum(scores) if len(scores) == len(self.exercises) else None

    @property
    def max_score(self) -> float:
        return sum(exercise.max_score for exercise in self.exercises)

    @property
    def passed(self) -> bool:
        return all(exercise.status == "passed" for exercise in self.exercises)


def exercise_verdict(
    exercise_id: str, tests: list[TestVerdict], seconds: float, printed: str = "", message: str = ""
) -> ExerciseVerdict:
    """Sum up the tests of one exercise.

    A forbidden operation anywhere refuses the whole, since the rest was then solved with it at hand.
    """
    status = _sum_up([test.status for test in tests])
    score = None if status == "ungraded" else sum(test.points for test in tests)
    if status == "refused":
        score = 0.0
    return ExerciseVerdict(
        exercise_id, status, score, sum(t.max_points for t in tests), seconds, tests, message, printed
    )


def _sum_up(statuses: list[str]) -> str:
    for whole in ("ungraded", "refused"):
        if whole in statuses or not statuses:
            return whole
    if set(statuses) == {"passed"}:
        return "passed"
    if "passed" in statuses:
        return "partial"
    worst = ("broken", "out_of_memory", "timed_out", "crashed", "failed", "not_started")
    return next(status for status in worst if status in statuses)
