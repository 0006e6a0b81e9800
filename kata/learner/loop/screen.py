"""The screen of the loop: a line on top, the exercise and its verdict, and one prompt line; never more than fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from kata.console import bar, number, shown
from kata.course import Course, Exercise
from kata.language import tr
from kata.language.exercise import title
from kata.learner.state import State
from kata.learner.stubs import opening
from kata.report import table
from kata.report.words import Words
from kata.report.wrap import wrap
from kata.verdict import ExerciseVerdict

LEAST_LINES = 4  # of the body, on however low a terminal


@dataclass
class Screen:
    """The contents of the screen. `page`, where there is one, stands in place of the exercise."""

    exercise: Exercise
    file: Path
    verdict: ExerciseVerdict | None = None
    isolated: bool = True
    busy: str = ""
    extra: list[str] = field(default_factory=list)  # below the verdict, always whole: hints, questions, news
    page: Callable[[Console], None] | None = None
    after_a_pass: Callable[[Console], None] | None = None
    recall: str = ""  # in a drill: in place of the statement's opening. Nothing is said of points then


def draw(screen: Screen, console: Console, course: Course, state: State, keys: dict[str, str]) -> str:
    """The screen as text for this terminal, without a line end, so that nothing scrolls."""
    head = _lines(console, lambda: _head(screen, console, course, state))
    tail = _lines(console, lambda: _tail(screen, console))
    body = _lines(console, lambda: (screen.page or _exercise(screen))(console))
    room = max(LEAST_LINES, console.height - len(head) - len(tail) - 1)
    return "\n".join([*head, *_cut(body, room), *tail, prompt(keys, console.width)])


def prompt(keys: dict[str, str], width: int) -> str:
    """`n next  h hint  … > `, or the letters alone where that does not fit."""
    whole = "  ".join(f"{key} {word}" for key, word in keys.items()) + " > "
    return whole if cell_len(whole) < width else " ".join(keys) + " > "


def _head(screen: Screen, console: Console, course: Course, state: State) -> None:
    passed = sum(map(state.passed, course.exercises))
    width = 20 if console.width >= 60 else 8
    line = Text(f"{title(course, course.title)}  ", "bold").append(
        bar(passed, len(course.exercises), width), "not bold"
    )
    line.append(" " + tr("passed"))
    console.print(line, no_wrap=True, overflow="ellipsis")
    console.print()


def _exercise(screen: Screen) -> Callable[[Console], None]:
    def show(console: Console) -> None:
        verdict = screen.verdict
        _title(screen, console)
        if verdict is None or verdict.status == "not_started":
            console.print()
            for line in wrap(console, Text(screen.recall or opening(screen.exercise)), console.width):
                console.print(line)
            console.print()
            console.print(tr("Write in {file}, and save: it is graded at once.", file=shown(screen.file)))
        elif verdict.status == "passed":
            if screen.after_a_pass:
                screen.after_a_pass(console)
        else:
            table.details(console, verdict, words=Words(screen.exercise), points=not screen.recall)

    return show


def _title(screen: Screen, console: Console) -> None:
    line = Text(screen.exercise.id, "bold")
    verdict = screen.verdict
    if verdict is not None:
        word = tr(verdict.status).replace("_", " ")
        line.append("  ").append(word, f"not bold {table.STYLES.get(verdict.status, 'red')}")
        if verdict.score is not None and not screen.recall:
            line.append(f"  {number(verdict.score)} / {number(verdict.max_score)}", "not bold")
    console.print(line, no_wrap=True, overflow="ellipsis")
    console.print(Text(shown(screen.file), f"dim link {screen.file.resolve().as_uri()}"), overflow="fold")
    if not screen.isolated:
        console.print(Text(tr("NOT isolated: `kata doctor` says why"), "bold red"))


def _tail(screen: Screen, console: Console) -> None:
    console.print()
    for line in (line for text in screen.extra for line in wrap(console, Text(text), console.width)):
        console.print(line)
    if screen.busy:
        console.print(Text(screen.busy, "dim"))


def _lines(console: Console, show: Callable[[], None]) -> list[str]:
    with console.capture() as captured:
        show()
    return captured.get().removesuffix("\n").split("\n")


def _cut(lines: Iterable[str], room: int) -> list[str]:
    """Cut the lines to those that fit: around the marked one of a list, else from the top."""
    lines = list(lines)
    if len(lines) <= room:
        return lines
    marked = next((n for n, line in enumerate(lines) if "  > " in line), 0)
    first = max(0, min(marked - room // 2, len(lines) - room + 1)) if marked >= room - 1 else 0
    more = len(lines) - room + 1
    return [*lines[first : first + room - 1], "… " + tr("{count} more lines; a higher window shows them", count=more)]
