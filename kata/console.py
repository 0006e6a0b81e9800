"""Output of the commands: warnings, paths, progress bars. rich is loaded only where something is shown with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kata.language import told, tr
from kata.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from kata.course import Course, Exercise


def warn(message: str) -> None:
    """Print a one-line warning on stderr, where no report is."""
    print(f"kata: {tr('warning')}: {told(message)}", file=sys.stderr)


def console(file: TextIO | None = None) -> Console:
    """Make a console that takes every text as it stands: no markup, no emoji codes, no guesses at what to colour.

    With a `file`, it writes plain text there.
    """
    from rich import console as rich

    class Console(rich.Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # the reader has enough: kata's own business, where rich would exit at once

    if file is None:
        return Console(markup=False, emoji=False, highlight=False)
    return Console(
        file=file,
        markup=False,
        emoji=False,
        highlight=False,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,  # in a notebook's kernel, rich would show the text there
    )


def shown(path: Path) -> str:
    """The path as one would type it from here, without what a terminal would obey."""
    try:
        return plain(os.path.relpath(path)) if path.resolve().is_relative_to(Path.cwd()) else plain(str(path))
    except OSError:
        return plain(str(path))


def bar(done: int, of: int, width: int = 20) -> str:
    """`[#####---------------] 5 of 20`, full only when all is done."""
    filled = width * done // of if of else 0
    return f"[{'#' * filled}{'-' * (width - filled)}] {tr('{done} of {of}', done=done, of=of)}"


def short(course: Course, exercise: Exercise) -> str:
    """The shortest name that `kata grade` takes for the exercise."""
    return exercise.name if [e.name for e in course.exercises].count(exercise.name) == 1 else exercise.id


def padded(text: str, width: int) -> str:
    """The text and blanks, in so many columns: a Chinese character takes two."""
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


def number(value: float) -> str:
    """A score: 7.5, 10, 0.63."""
    return f"{round(value, 2):g}"


class Progress:
    """`[#####---------------] 5 of 20 graded` on stderr while it goes on, on a terminal only."""

    def __init__(self, total: int, what: str):
        self.total, self.what, self.done = total, what, 0
        self.shown = sys.stderr.isatty() and total > 1 and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._say("")

    def step(self) -> None:
        self.done += 1
        self._say(f"{bar(self.done, self.total)} {self.what}")

    def _say(self, text: str) -> None:
        if self.shown:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
