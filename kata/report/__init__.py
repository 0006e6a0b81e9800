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
from kata.verdict import SubmissionVerdict

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
