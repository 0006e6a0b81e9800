"""`kata hint ID`: one hint more each time, from a question to the shape of the code."""

from __future__ import annotations

import argparse

from kata.console import console, short
from kata.course import Course
from kata.course.answers import Answers
from kata.language import tr
from kata.language.exercise import HINT, say
from kata.learner.state import State

HELP = "the next hint for an exercise"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument("--all", action="store_true", help="show those again that you have seen so far")


def run(args: argparse.Namespace) -> int:
    from kata.report.wrap import show

    course = Course.find()
    (exercise,) = course.select([args.id])
    hints = [say(exercise, HINT, hint) for hint in Answers.of(exercise).hints]
    name, out = short(course, exercise), console()
    state = State.load(course.folder)
    progress = state.of(exercise)
    seen = min(progress.hints, len(hints))
    if not hints:
        said = tr("There are no hints for {id}. `kata grade {name}` says what is wrong.", id=exercise.id, name=name)
        out.print(said, soft_wrap=True)
    elif args.all:
        for count, hint in enumerate(hints[:seen], 1):
            show(out, tr("Hint {number} of {count}: {hint}", number=count, count=len(hints), hint=hint))
        if not seen:
            said = tr(
                "You have seen no hint for {id} yet. `kata hint {name}` shows the first.", id=exercise.id, name=name
            )
            out.print(said, soft_wrap=True)
    elif seen == len(hints):
        said = tr(
            "There are no more hints: you have seen all {seen}. `kata hint {name} --all` shows them again.",
            seen=seen,
            name=name,
        )
        out.print(said)
    else:
        show(out, tr("Hint {number} of {count}: {hint}", number=seen + 1, count=len(hints), hint=hints[seen]))
        progress.hints = seen + 1
        state.save()
    return 0
