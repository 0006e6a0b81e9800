"""The stub of an exercise: what it opens with, and put in place anew with a backup of what was there."""

from __future__ import annotations

import re
from pathlib import Path

from kata.console import shown
from kata.course import Exercise, solution
from kata.course.solution import stub
from kata.errors import UsageError
from kata.files import back_up, write_atomically
from kata.language.exercise import in_words
from kata.learner.state import FOLDER
from kata.text import plain


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


def opening(exercise: Exercise) -> str:
    """Find the paragraph below the statement's title, if possible not in the student's file, which may be torn."""
    for file in (exercise.source, exercise.stub):
        try:
            statement = solution.statement(in_words(exercise, file.read_text(encoding="utf-8")))
        except (OSError, ValueError, SyntaxError):
            continue
        paragraphs = [part for part in plain(statement).split("\n\n") if not part.startswith("#")]
        return _in_one(paragraphs[0].strip()) if paragraphs else ""
    return ""


def _in_one(paragraph: str) -> str:
    """Join the paragraph's lines, which a terminal breaks anew; in Chinese, nothing takes the place of a line end."""
    return re.sub(r"(?<=[^\x00-\xff])\n|\n(?=[^\x00-\xff])", "", paragraph).replace("\n", " ")
