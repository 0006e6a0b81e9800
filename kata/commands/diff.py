"""`kata diff ID`: what your code gave and what was expected, number by number."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kata.console import console, shown
from kata.course import Course, Exercise
from kata.errors import JudgeError, UsageError
from kata.files import check_writable
from kata.language import tr

if TYPE_CHECKING:
    from kata.sandbox.host import Sandbox
    from kata.verdict import ExerciseVerdict

HELP = "show what you got and what was expected, as numbers and as a heat map"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw it there as a picture, too (needs matplotlib)")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    if args.png:
        check_writable(args.png)
    found = graded(course, exercise)
    from kata.report import difference
    from kata.report.words import Words

    difference.show(console(), found, Words(exercise))
    test = difference.worst(found)
    if args.png and test and test.difference:
        difference.png(test.difference, args.png, f"{exercise}: {test.name}")
        console().print(tr("drawn in {file}", file=shown(args.png)), soft_wrap=True)
    return 0 if found.status == "passed" else 1


def graded(course: Course, exercise: Exercise) -> ExerciseVerdict:
    """What the learner's own file gets, told to nobody and counted nowhere.

    Raises:
        UsageError: there is no such file.
        JudgeError: it cannot be graded.
    """
    with sandboxed(course, exercise) as sandbox:
        from kata.judge.run import Judge
        from kata.judge.scoring import Job
        from kata.report.parts import reason

        (verdict,) = Judge(course, sandbox).grade([exercise], [Job("exercises", {exercise.id: exercise.stub})])
    found = verdict.exercises[0]
    if found.score is None:
        raise JudgeError(f"{exercise} is not graded: {reason(found)}")
    return found


def sandboxed(course: Course, exercise: Exercise) -> Sandbox:
    """Start a sandbox for the learner's own file.

    Raises:
        UsageError: there is no such file.
        JudgeError: it does not start.
    """
    if not exercise.stub.is_file():
        raise UsageError(f"{shown(exercise.stub)} is missing. `kata reset {exercise.id}` brings it back.")
    try:
        from kata.sandbox.host import Sandbox

        return Sandbox(hidden=[course.root, course.folder])
    except OSError as error:
        raise JudgeError(f"The sandbox does not start: {error}. `kata doctor` says more.") from None
