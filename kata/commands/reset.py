"""`kata reset ID`: begin an exercise anew. What was written so far is kept."""

from __future__ import annotations

import argparse

from kata.console import console, shown
from kata.course import Course
from kata.language import tr
from kata.language.exercise import in_words
from kata.learner.stubs import replace, stub_of

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
