"""What a person reads: a line an exercise, then what went wrong, then the total.

Text from a student goes into `Text` as it stands, never through rich's markup. On a terminal, lines wrap under their own
indentation and paths are links; in a pipe or file, lines are as long as they are and nothing is coloured.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kata.console import console as plain_console
from kata.console import number, shown
from kata.report import clean, reason
from kata.verdict import ExerciseVerdict, SubmissionVerdict, TestVerdict

STYLES = {
    "passed": "green",
    "partial": "yellow",
    "not_started": "dim",
    "ungraded": "bold reverse red",
}
WORD = 14  # columns for the longest status, and a gap
IDLE = 3  # from so many exercises not started in a row on, one line stands for them
SHOWN_TESTS = 3  # of each exercise, where several failed; all where it is the only one
SHOWN_LINES = 10  # of what a submission printed

Files = Mapping[str, Path]  # exercise id -> the file that was graded


def show(console: Console, verdicts: Sequence[SubmissionVerdict], files: Sequence[Files]) -> None:
    """Print the verdicts, with the files that each was given on."""
    for verdict, paths in zip(verdicts, files, strict=True):
        if len(verdicts) > 1:
            _print(console, Text(f"{clean(verdict.submission)} on {verdict.device}", style="bold"))
        _overview(console, verdict, paths)
        failed = [exercise for exercise in verdict.exercises if _has_details(exercise, verdict)]
        for exercise in failed:
            _details(console, exercise, paths.get(exercise.id), SHOWN_TESTS if len(failed) > 1 else None)
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
            _print(console, line.append(f"{len(exercises)} exercises, {exercises[0].id} to {exercises[-1].id}"))
            continue
        for exercise in exercises:
            line = _line(exercise.status, exercise.score, exercise.max_score)
            line.append(exercise.id, _link(files.get(exercise.id)))
            line.append(" " * (widest - len(exercise.id)) + f"  {exercise.seconds:.2f} s", "dim")
            _print(console, line)


def _line(status: str, score: float | None, max_score: float) -> Text:
    points = "no score" if score is None else f"{number(score):>5} / {number(max_score)}"
    return _word(status).append(f"{points:<14}")


def _word(status: str) -> Text:
    word = status.replace("_", " ")
    return Text.assemble((word, STYLES.get(status, "red")), " " * (WORD - len(word)))


def _has_details(exercise: ExerciseVerdict, verdict: SubmissionVerdict) -> bool:
    return exercise.status != "passed" and (exercise.status != "not_started" or len(verdict.exercises) == 1)


def explained(exercise: ExerciseVerdict) -> str:
    """What there is to say of one exercise, as plain text and in the same words."""
    out = io.StringIO()
    _reasons(plain_console(out), exercise, None)
    return out.getvalue()


def _details(console: Console, exercise: ExerciseVerdict, file: Path | None, most: int | None) -> None:
    title = Text(f"\n{exercise.id}", style="bold")
    if file:
        title.append(f"  {shown(file)}", f"not bold dim {_link(file)}")
    _print(console, title)
    _reasons(console, exercise, most)


def _reasons(console: Console, exercise: ExerciseVerdict, most: int | None) -> None:
    if not exercise.tests:
        _print(console, Text(reason(exercise)), 2)
    if exercise.status == "refused":
        _print(console, Text("It uses what this exercise forbids, so the whole of it counts 0."), 2)
    failed = [test for test in exercise.tests if not test.passed]
    alike = [list(run) for _, run in groupby(failed, lambda t: (t.status, t.message, t.mistake, t.hint))]
    for (mistake, hint), run in groupby(alike[:most], lambda tests: (tests[0].mistake, tests[0].hint)):
        for tests in run:
            _tests(console, tests, len(exercise.tests))
        if mistake:
            _print(console, Text(f"This looks like: {clean(mistake)}", style="yellow"), 2)
        if hint:
            _print(console, Text(f"Hint: {clean(hint)}"), 2)
    if most is not None and most < len(alike):
        more = sum(map(len, alike[most:]))
        _print(console, Text(f"and {more} more; `kata grade {exercise.id}` shows all", style="dim"), 2)
    _printed(console, exercise.printed)


def _tests(console: Console, tests: list[TestVerdict], of: int) -> None:
    """One test, or several in a row that say the same."""
    names = clean(tests[0].name)
    if len(tests) > 1:
        names = f"all {of} tests" if len(tests) == of else f"{names} and {len(tests) - 1} more"
    lost = sum(test.max_points for test in tests)
    _print(console, _word(tests[0].status).append(names, "bold").append(f"  (0 of {number(lost)})", "dim"), 2)
    _print(console, Text(clean(tests[0].message)), 2 + WORD)


def _printed(console: Console, printed: str) -> None:
    lines = clean(printed).rstrip().splitlines()
    if not lines:
        return
    _print(console, Text("it printed:", style="dim"), 2)
    _print(console, Text("\n".join(lines[:SHOWN_LINES])), 4)
    if len(lines) > SHOWN_LINES:
        _print(console, Text(f"… {len(lines) - SHOWN_LINES} more lines", style="dim"), 4)


def _total(console: Console, verdict: SubmissionVerdict) -> None:
    passed = sum(exercise.status == "passed" for exercise in verdict.exercises)
    ungraded = sum(exercise.score is None for exercise in verdict.exercises)
    score = "no score" if verdict.score is None else number(verdict.score)
    line = Text("\ntotal ", style="bold").append(f"{score} / {number(verdict.max_score)}")
    line.append(f", {passed} of {len(verdict.exercises)} passed")
    if ungraded:
        line.append(f", {ungraded} not graded: the judge failed", STYLES["ungraded"])
    _print(console, line)


def _how(console: Console, verdicts: Sequence[SubmissionVerdict]) -> None:
    devices = " and ".join(dict.fromkeys(verdict.device for verdict in verdicts))
    line = Text(f"device: {devices}, seed: {verdicts[0].seed}, isolation: ", style="dim")
    if verdicts[0].isolation == "none":
        line.append("none (NOT isolated; `kata doctor` says why)", "not dim bold red")
    else:
        line.append(verdicts[0].isolation)
    _print(console, line)


def _link(file: Path | None) -> str:
    return f"link {file.resolve().as_uri()}" if file else ""


def _print(console: Console, text: Text, indent: int = 0) -> None:
    """Print each line at the indentation, and on a terminal what does not fit below it."""
    for line in text.split("\n", allow_blank=True):
        width = max(20, console.width - indent)
        for part in line.wrap(console, width) if console.is_terminal else [line]:
            part.rstrip()
            console.print(Text(" " * indent).append_text(part), soft_wrap=True)
