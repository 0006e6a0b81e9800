"""Parts that all forms of a report share: clean texts, rounded scores, reasons, mistakes with their hints."""

from __future__ import annotations

from collections.abc import Sequence

from kata.text import plain
from kata.verdict import JUDGE_FAILED, ExerciseVerdict, TestVerdict


def clean(text: str) -> str:
    """Text that came from a student, fit for a terminal and for every encoding: no controls, no half characters."""
    return plain(text, limit=100_000).encode("utf-8", "replace").decode("utf-8")


def rounded(value: float) -> float:
    """A score without the dust of floating-point sums."""
    return round(value, 6)


def reason(exercise: ExerciseVerdict) -> str:
    """Say why the judge has no grade for the exercise."""
    failed = (test.message for test in exercise.tests if test.status == "ungraded")
    return clean(exercise.message or next(failed, JUDGE_FAILED))


def cause(test: TestVerdict) -> tuple[str, ...]:
    """A key for the reason of a failure, whatever the case: a missing argument fails all cases for one reason."""
    return test.status, test.message.partition("\nfor ")[0], test.mistake, test.hint


def said_before(tests: Sequence[TestVerdict]) -> dict[str, str]:
    """The name of a test that failed, and of the one before it that failed for the same reason."""
    first: dict[tuple[str, ...], str] = {}
    failed = [test for test in tests if not test.passed]
    return {test.name: name for test in failed if (name := first.setdefault(cause(test), test.name)) != test.name}


def explained(test: TestVerdict) -> str:
    """Explain a failed test, with the mistake it looks like and the hint that goes with it."""
    besides = "; and something else is wrong, too" if test.besides else ""
    parts = [
        clean(test.message),
        f"This looks like: {clean(test.mistake)}{besides}" if test.mistake else "",
        f"Hint: {clean(test.hint)}" if test.hint else "",
    ]
    return "\n".join(part for part in parts if part)
