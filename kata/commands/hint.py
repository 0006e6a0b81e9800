"""`kata hint ID`: one hint more each time, from a question to the shape of the code."""

from __future__ import annotations

import argparse

from kata import grader_text
from kata.console import console, short
from kata.course import Course
from kata.state import State

HELP = "the next hint for an exercise"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument("--all", action="store_true", help="show those again that you have seen so far")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    hints, name, out = grader_text.hints(exercise), short(course, exercise), console()
    state = State.load(course.folder)
    progress = state.of(exercise)
    seen = min(progress.hints, len(hints))
    if not hints:
        out.print(f"There are no hints for {exercise.id}. `kata grade {name}` says what is wrong.", soft_wrap=True)
    elif args.all:
        for count, hint in enumerate(hints[:seen], 1):
            out.print(f"Hint {count} of {len(hints)}: {hint}")
        if not seen:
            out.print(
                f"You have seen no hint for {exercise.id} yet. `kata hint {name}` shows the first.", soft_wrap=True
            )
    elif seen == len(hints):
        out.print(f"There are no more hints: you have seen all {seen}. `kata hint {name} --all` shows them again.")
    else:
        out.print(f"Hint {seen + 1} of {len(hints)}: {hints[seen]}")
        progress.hints = seen + 1
        state.save()
    return 0
