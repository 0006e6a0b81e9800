"""`kata next`: the next exercise, what it is about, and what to type."""

from __future__ import annotations

import argparse
import re

from kata import solution
from kata.console import console, short, shown
from kata.course import Course, Exercise
from kata.language import tr
from kata.state import State
from kata.text import plain
from kata.translation.exercise import in_words

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


def opening(exercise: Exercise) -> str:
    """The first paragraph of the statement below its title. Not from what a student has written, if it can be helped: that may be torn."""
    for file in (exercise.source, exercise.stub):
        try:
            statement = solution.statement(in_words(exercise, file.read_text(encoding="utf-8")))
        except (OSError, ValueError, SyntaxError):
            continue
        paragraphs = [part for part in plain(statement).split("\n\n") if not part.startswith("#")]
        return _in_one(paragraphs[0].strip()) if paragraphs else ""
    return ""


def _in_one(paragraph: str) -> str:
    """Without the line ends of the source, which are no terminal's; in Chinese nothing takes their place."""
    return re.sub(r"(?<=[^\x00-\xff])\n|\n(?=[^\x00-\xff])", "", paragraph).replace("\n", " ")
