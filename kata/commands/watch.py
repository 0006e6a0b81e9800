"""`kata watch`, and `kata` on a terminal: the next exercise, graded on every save."""

from __future__ import annotations

import argparse
import os
import sys

from kata.course import Course, Exercise
from kata.errors import JudgeError, UsageError
from kata.language import tr
from kata.learner.state import State

HELP = "the loop: shows the next exercise, grades it whenever you save"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID", help="begin with this exercise (default: the next one)")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    if not course.exercises:
        raise UsageError(f"{course.root / 'course.toml'} lists no exercise yet. `kata new TRACK/NAME` makes one.")
    exercise = course.select([args.id])[0] if getattr(args, "id", None) else first(course)
    try:
        from kata.sandbox.host import Sandbox

        sandbox = Sandbox(hidden=[course.root, course.folder])
    except OSError as error:
        raise JudgeError(f"The sandbox does not start: {error}. `kata doctor` says more.") from None
    if at_a_terminal():
        from kata.learner.loop.loop import Loop

        return Loop(course, exercise, sandbox).run()
    from kata.learner.loop.plain import Plain

    print(tr("Watching {count} exercises; Ctrl-C ends it.", count=len(course.exercises)), flush=True)
    return Plain(course, sandbox).run()


def first(course: Course) -> Exercise:
    """The next exercise, or the last one where all is passed."""
    return State.load(course.folder).next(course) or course.exercises[-1]


def at_a_terminal() -> bool:
    """Whether keys can be read and a screen drawn."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
