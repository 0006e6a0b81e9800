"""The report for a person: a line for each exercise, then what went wrong, then the total.

Text from a student goes into `Text` as it stands, never through rich's markup. On a terminal, lines wrap under their
own indentation and paths are links; in a pipe or file, lines are as long as they are and nothing is coloured.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from kata.console import console as plain_console
from kata.console import number, padded, shown
from kata.language import told, tr
from kata.report.parts import cause, clean, reason
from kata.report.words import Words
from kata.report.wrap import wrap
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict, smallest_first

STYLES = {
    "passed": "green",
    "partial": "yellow",
    "not_started": "dim",
    "ungraded": "bold reverse red",
}
WORD = 14  # columns for the longest status, and a gap
IDLE = 3  # from so many exercises not started in a row on, one line stands for them
SHOWN_TESTS = 3  # of each exercise, where several failed; all where it is the only one
SMALL = 32  # numbers that are shown side by side
SHOWN_LINES = 10  # of what a submission printed

Files = Mapping[str, Path]  # exercise id -> the file that was graded
WordsOf = Callable[[str], Words]


def show(
    console: Console,
    verdicts: Sequence[SubmissionVerdict],
    files: Sequence[Files],
    words: WordsOf = lambda exercise: Words(),
) -> None:
    """Print the verdicts, with the files that each was given on. `words` knows what an exercise calls its things."""
    for verdict, paths in zip(verdicts, files, strict=True):
        if len(verdicts) > 1:
            said = tr("{submission} on {device}", submission=clean(verdict.submission), device=verdict.device)
            _print(console, Text(said, style="bold"))
        _overview(console, verdict, paths)
        failed = [exercise for exercise in verdict.exercises if _has_details(exercise, verdict)]
        for exercise in failed:
            _title(console, exercise, paths.get(exercise.id))
            details(console, exercise, SHOWN_TESTS if len(failed) > 1 else None, words=words(exercise.id))
        _total(console, verdict)
    if verdicts:
        _how(console, verdicts)


def _overview(console: Console, verdict: SubmissionVerdict, files: Files) -> None:
    widest = max((len(exercise.id) for exercise in verdict.exercises), default=0)
    for idle, run in groupby(verdict.exercises, lambda exercise: exercise.status == "not_started"):
        exercises = list(run)
        if idle and len(exercises) >= IDLE:
            points = sum(exercise.max_score for exercise in exercises)
            line = _line("not_started", 0.0, points)
            _print(console, line.append(_idle(exercises)))
            continue
        for exercise in exercises:
            line = _line(exercise.status, exercise.score, exercise.max_score)
            line.append(exercise.id, _link(files.get(exercise.id)))
            line.append(" " * (widest - len(exercise.id)) + f"  {exercise.seconds:.2f} s", "dim")
            _print(console, line)


def _idle(exercises: list[ExerciseVerdict]) -> str:
    count, first, last = len(exercises), exercises[0].id, exercises[-1].id
    return tr("{count} exercises, {first} to {last}", count=count, first=first, last=last)


def _line(status: str, score: float | None, max_score: float) -> Text:
    points = tr("no score") if score is None else f"{number(score):>5} / {number(max_score)}"
    return _word(status).append(padded(points, 14))


def _word(status: str) -> Text:
    word = tr(status).replace("_", " ")
    return Text.assemble((word, STYLES.get(status, "red")), " " * (WORD - cell_len(word)))


def _has_details(exercise: ExerciseVerdict, verdict: SubmissionVerdict) -> bool:
    return exercise.status != "passed" and (exercise.status != "not_started" or len(verdict.exercises) == 1)


def explained(exercise: ExerciseVerdict, words: Words) -> str:
    """Explain one exercise as plain text, in the words of the report."""
    out = io.StringIO()
    details(plain_console(out), exercise, words=words)
    return out.getvalue()


def _title(console: Console, exercise: ExerciseVerdict, file: Path | None) -> None:
    title = Text(f"\n{exercise.id}", style="bold")
    if file:
        title.append(f"  {shown(file)}", f"not bold dim {_link(file)}")
    _print(console, title)


def details(
    console: Console, exercise: ExerciseVerdict, most: int | None = None, *, words: Words, points: bool = True
) -> None:
    """Print what is wrong with one exercise, in at most so many blocks, the smallest case first.

    Without `points` nothing is said of them.
    """
    if not exercise.tests:
        _print(console, Text(told(reason(exercise))), 2)
    if exercise.status == "refused" and points:
        _print(console, Text(tr("It uses what this exercise forbids, so the whole of it counts 0.")), 2)
    failed = smallest_first(test for test in exercise.tests if not test.passed)
    causes: dict[tuple[str, ...], list[TestVerdict]] = {}
    for test in failed:
        causes.setdefault(cause(test), []).append(test)
    alike = list(causes.values())
    for (mistake, hint, besides), run in groupby(
        alike[:most], lambda tests: (tests[0].mistake, tests[0].hint, tests[0].besides)
    ):
        for tests in run:
            _tests(console, tests, len(exercise.tests), words, points=points)
            if tests[0] is failed[0]:
                _side_by_side(console, tests[0])
                _printed(console, tests[0].example.printed if tests[0].example else "", 2 + WORD)
        if mistake:
            _print(console, Text(words.mistake(clean(mistake), besides), style="yellow"), 2)
        if hint:
            _print(console, Text(words.hint(clean(hint))), 2)
    if most is not None and most < len(alike):
        more = sum(map(len, alike[most:]))
        _print(
            console, Text(tr("and {more} more; `kata grade {id}` shows all", more=more, id=exercise.id), style="dim"), 2
        )
    if not (failed and failed[0].example and failed[0].example.printed):
        _printed(console, exercise.printed, 2)


def _tests(console: Console, tests: list[TestVerdict], of: int, words: Words, *, points: bool) -> None:
    """Print one test, or several that fail for one reason: the smallest case shows it."""
    names = clean(words.test(tests[0].name))
    if len(tests) > 1:
        whole = len(tests) == of
        names = tr("all {of} tests", of=of) if whole else tr("{name} and {more} more", name=names, more=len(tests) - 1)
    line = _word(tests[0].status).append(names, "bold")
    if points:
        lost = sum(test.max_points for test in tests)
        line.append("  " + tr("(0 of {points})", points=number(lost)), "dim")
    _print(console, line, 2)
    _print(console, Text(words.message(clean(tests[0].message))), 2 + WORD)
    if tests[0].allowed and os.environ.get("KATA_DEBUG"):
        _print(console, Text(told(tests[0].allowed), style="dim"), 2 + WORD)


def _side_by_side(console: Console, test: TestVerdict) -> None:
    if test.difference is None or test.difference.got.numel() > SMALL:
        return
    from kata.report.difference import side_by_side

    for line in side_by_side(test.difference, console.width - 2 - WORD):
        _print(console, line, 2 + WORD)


def _printed(console: Console, printed: str, indent: int) -> None:
    lines = clean(printed).rstrip().splitlines()
    if not lines:
        return
    _print(console, Text(tr("it printed:"), style="dim"), indent)
    _print(console, Text("\n".join(lines[:SHOWN_LINES])), indent + 2)
    if len(lines) > SHOWN_LINES:
        _print(console, Text(tr("… {count} more lines", count=len(lines) - SHOWN_LINES), style="dim"), indent + 2)


def _total(console: Console, verdict: SubmissionVerdict) -> None:
    passed = sum(exercise.status == "passed" for exercise in verdict.exercises)
    ungraded = sum(exercise.score is None for exercise in verdict.exercises)
    score = tr("no score") if verdict.score is None else number(verdict.score)
    line = Text("\n" + tr("total "), style="bold").append(f"{score} / {number(verdict.max_score)}")
    line.append(tr(", {passed} of {count} passed", passed=passed, count=len(verdict.exercises)))
    if ungraded:
        line.append(tr(", {count} not graded: the judge failed", count=ungraded), STYLES["ungraded"])
    _print(console, line)


def _how(console: Console, verdicts: Sequence[SubmissionVerdict]) -> None:
    devices = " + ".join(dict.fromkeys(verdict.device for verdict in verdicts))
    if verdicts[0].seed is None:  # in a class
        how = tr("device: {devices}, isolation: ", devices=devices)
    else:
        how = tr("device: {devices}, seed: {seed}, isolation: ", devices=devices, seed=verdicts[0].seed)
    line = Text(how, style="dim")
    if verdicts[0].isolation == "none":
        line.append(tr("none (NOT isolated; `kata doctor` says why)"), "not dim bold red")
    else:
        line.append(verdicts[0].isolation)
    _print(console, line)


def _link(file: Path | None) -> str:
    return f"link {file.resolve().as_uri()}" if file else ""


def _print(console: Console, text: Text, indent: int = 0) -> None:
    """Print each line at the indentation, and on a terminal what does not fit below it."""
    for line in text.split("\n", allow_blank=True):
        width = max(20, console.width - indent)
        for part in wrap(console, line, width) if console.is_terminal else [line]:
            part.rstrip()
            console.print(Text(" " * indent).append_text(part), soft_wrap=True)
