"""`kata reset ID`: begin an exercise anew. What was written so far is kept."""

from __future__ import annotations

import argparse
from pathlib import Path

from kata.console import console, shown
from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.files import back_up, write_atomically
from kata.language import tr
from kata.solution import stub
from kata.state import FOLDER
from kata.translation.exercise import in_words

HELP = "put an exercise back to its beginning, with a backup of yours"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    fresh, file, out = in_words(exercise, stub_of(exercise)), exercise.stub, console()
    if not file.exists():
        replace(exercise, fresh)
        out.print(tr("{file} was missing and is there again.", file=shown(file)), soft_wrap=True)
        return 0
    if file.read_bytes() == fresh.encode():
        out.print(tr("Nothing to do: {file} is as it was at the beginning.", file=shown(file)), soft_wrap=True)
        return 0
    backup = replace(exercise, fresh)
    out.print(tr("{file} is back at its beginning.", file=shown(file)), soft_wrap=True)
    said = tr("Yours is kept. To have it back: cp '{backup}' '{file}'", backup=backup, file=shown(file))
    out.print(said, soft_wrap=True)
    return 0


def stub_of(exercise: Exercise) -> str:
    """The exercise as a student starts from it.

    Raises:
        UsageError: there is no solution to cut it from.
    """
    try:
        return stub(exercise.source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"{shown(exercise.solution)} is not in this copy, so the stub cannot be cut from it again.\n"
            f"If the folder is under git: git checkout HEAD -- {shown(exercise.stub)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown(exercise.solution)} cannot be read: {error}") from None


def replace(exercise: Exercise, fresh: str, *, keep: bool = True, file: Path | None = None) -> str:
    """Write the stub, once the file that is there is safe (unless `keep` says otherwise). Returns where that is now.

    `file` is another place for it than exercises/.

    Raises:
        UsageError: one of both cannot be written. The file is as it was.
    """
    kept, file = "", file or exercise.stub
    try:
        if keep and file.exists():
            kept = shown(back_up(file, (exercise.home or exercise.root) / FOLDER / "backups" / exercise.track))
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, fresh)
    except OSError as error:
        raise UsageError(f"{shown(file)} is as it was, for want of a place to write: {error}") from None
    return kept
