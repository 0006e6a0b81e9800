"""`kata next`: the next exercise, what it is about, and what to type."""

from __future__ import annotations

import argparse

from kata.console import console, short, shown
from kata.course import Course
from kata.language import tr
from kata.learner.state import State
from kata.learner.stubs import opening

HELP = "the next exercise: where it is, what it is about, what to type"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    exercise = State.load(course.folder).next(course)
    from kata.report.wrap import show

    out = console()
    if exercise is None:
        out.print(tr("All is passed. `kata list` shows it."))
        return 0
    name = short(course, exercise)
    out.print(exercise.id, style="bold", soft_wrap=True)
    show(out, opening(exercise))
    out.print()
    if exercise.stub.is_file():
        said = tr("write   {file}    (the whole statement is at its top)", file=shown(exercise.stub))
    else:
        said = tr("first   kata reset {name}    ({file} is missing)", name=name, file=shown(exercise.stub))
    out.print(said, soft_wrap=True)
    out.print(tr("grade   kata grade {name}", name=name), soft_wrap=True)
    out.print(tr("stuck?  kata hint {name}", name=name), soft_wrap=True)
    return 0
