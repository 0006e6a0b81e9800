"""`kata` with no argument: where you are, what is next, and what to type."""

from __future__ import annotations

import argparse

from kata.console import bar, console, short, shown
from kata.course import Course
from kata.language import tr
from kata.language.exercise import title
from kata.learner.state import State

HELP = "where you are and what is next"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    state, out = State.load(course.folder), console()
    passed = sum(map(state.passed, course.exercises))
    out.print(f"{title(course, course.title)}  {bar(passed, len(course.exercises))} {tr('passed')}", soft_wrap=True)
    exercise = state.next(course)
    if exercise is None:
        out.print(tr("All is passed. `kata list` shows it."))
        return 0
    name = short(course, exercise)
    lines = [
        tr("next    {id}", id=exercise.id),
        tr("read    kata next           or {file}", file=shown(exercise.stub)),
        tr("write   {file}", file=shown(exercise.stub)),
        tr("grade   kata grade {name}", name=name),
        tr("stuck?  kata hint {name}", name=name),
        tr("more    kata list, kata --help"),
    ]
    out.print("\n".join(lines), soft_wrap=True)
    return 0
