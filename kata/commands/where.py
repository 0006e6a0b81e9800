"""`kata` with no argument: where you are, what is next, and what to type."""

from __future__ import annotations

import argparse

from kata.console import bar, console, short, shown
from kata.course import Course
from kata.state import State

HELP = "where you are and what is next"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    state, out = State.load(course.folder), console()
    passed = sum(map(state.passed, course.exercises))
    out.print(f"{course.title}  {bar(passed, len(course.exercises))} passed", soft_wrap=True)
    exercise = state.next(course)
    if exercise is None:
        out.print("All is passed. `kata list` shows it.")
        return 0
    name = short(course, exercise)
    lines = [
        f"next    {exercise.id}",
        f"read    kata next           or {shown(exercise.stub)}",
        f"write   {shown(exercise.stub)}",
        f"grade   kata grade {name}",
        f"stuck?  kata hint {name}",
        "more    kata list, kata --help",
    ]
    out.print("\n".join(lines), soft_wrap=True)
    return 0
