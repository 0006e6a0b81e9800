"""A verdict in the form that its reader wants: a person, a program, a CI server, Gradescope."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kata.console import console
from kata.errors import UsageError
from kata.files import write_atomically
from kata.report.words import Words
from kata.text import plain
from kata.verdict import JUDGE_FAILED, ExerciseVerdict, SubmissionVerdict, TestVerdict

FORMATS = ("table", "json", "junit", "gradescope")


def write(
    verdicts: Sequence[SubmissionVerdict],
    files: Sequence[Mapping[str, Path]],
    form: str,
    output: Path | None,
    words: Callable[[str], Words] = lambda exercise: Words(),
) -> None:
    """Report on the verdicts and the files that each was given on, in a file, or on stdout for None.

    `words` knows what an exercise calls its things, for a person who reads of them.

    Raises:
        UsageError: the file cannot be written.
    """
    if form == "table" and output is None:
        from kata.report import table

        table.show(console(), verdicts, files, words)
        return
    text = render(verdicts, files, form, words)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        write_atomically(output, text)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror or error}. The report is lost.") from None


def render(
    verdicts: Sequence[SubmissionVerdict],
    files: Sequence[Mapping[str, Path]],
    form: str,
    words: Callable[[str], Words] = lambda exercise: Words(),
) -> str:
    """The report as text. What a program reads is English, whatever language a person reads."""
    from kata.report import gradescope, json_lines, junit, table

    match form:
        case "json":
            return json_lines.render(verdicts)
        case "junit":
            return junit.render(verdicts)
        case "gradescope":
            return gradescope.render(verdicts[0])
        case _:
            text = io.StringIO()
            table.show(console(text), verdicts, files, words)
            return text.getvalue()


def clean(text: str) -> str:
    """Text that came from a student, fit for a terminal and for every encoding: no controls, no half characters."""
    return plain(text, limit=100_000).encode("utf-8", "replace").decode("utf-8")


def rounded(value: float) -> float:
    """A score without the dust of floating-point sums."""
    return round(value, 6)


def reason(exercise: ExerciseVerdict) -> str:
    """Why the judge has no grade for the exercise."""
    failed = (test.message for test in exercise.tests if test.status == "ungraded")
    return clean(exercise.message or next(failed, JUDGE_FAILED))


def cause(test: TestVerdict) -> tuple[str, ...]:
    """What tells one reason to fail from another, whatever the case: a missing argument fails them all for one reason."""
    return test.status, test.message.partition("\nfor ")[0], test.mistake, test.hint


def said_before(tests: Sequence[TestVerdict]) -> dict[str, str]:
    """The name of a test that failed, and of the one before it that failed for the same reason."""
    first: dict[tuple[str, ...], str] = {}
    failed = [test for test in tests if not test.passed]
    return {test.name: name for test in failed if (name := first.setdefault(cause(test), test.name)) != test.name}


def explained(test: TestVerdict) -> str:
    """What a failed test says, with the mistake it looks like and the hint that goes with it."""
    besides = "; and something else is wrong, too" if test.besides else ""
    parts = [
        clean(test.message),
        f"This looks like: {clean(test.mistake)}{besides}" if test.mistake else "",
        f"Hint: {clean(test.hint)}" if test.hint else "",
    ]
    return "\n".join(part for part in parts if part)
