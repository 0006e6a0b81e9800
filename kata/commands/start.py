"""`kata start FOLDER`: a folder to work in, anywhere, with the stubs in your language."""

from __future__ import annotations

import argparse
from pathlib import Path

from kata import language
from kata.console import console, shown
from kata.course import COURSE_FILE, OWN, STARTED, Course
from kata.errors import UsageError
from kata.files import write_atomically
from kata.language import tr
from kata.language.exercise import in_words
from kata.learner.state import State
from kata.learner.stubs import stub_of

HELP = "make a folder to work in, with a stub for each exercise"
WHAT_IT_IS = "kata start made this folder. This file tells kata that the exercises beside it are yours.\n"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where; what is there already stays as it is")
    parser.add_argument("--lang", metavar="LANG", help="the language of the stubs and of kata there: en or zh")


def run(args: argparse.Namespace) -> int:
    folder = args.folder.expanduser().resolve()
    chosen = language.asked(args.lang) if args.lang else language.chosen()
    if (folder / COURSE_FILE).exists():
        raise UsageError(f"{args.folder} is a course already: work there, in its exercises/.")
    if not (OWN / COURSE_FILE).is_file():
        raise UsageError("This copy of kata came without its exercises. Take it from where the course is.")
    course = Course.load(OWN, folder)
    new = _lay_out(course, chosen)
    state = State.load(folder)
    state.language = chosen
    state.save()
    language.use(chosen)
    out, kept = console(), len(course.exercises) - new
    out.print(tr("{count} exercises are laid out in {folder}.", count=new, folder=shown(folder)), soft_wrap=True)
    if kept:
        out.print(tr("{count} were there already and stay as they are.", count=kept), soft_wrap=True)
    out.print(tr("Now: cd {folder} and kata", folder=shown(folder)), soft_wrap=True)
    language.use("")
    return 0


def _lay_out(course: Course, chosen: str) -> int:
    """Write the stubs that are not there, and say how many."""
    new = 0
    try:
        mark = course.folder / STARTED
        mark.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(mark, WHAT_IT_IS)
        for exercise in course.exercises:
            if not exercise.stub.exists() and not exercise.stub.is_symlink():
                exercise.stub.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(exercise.stub, in_words(exercise, stub_of(exercise), chosen))
                new += 1
    except OSError as error:
        raise UsageError(
            f"{course.folder} cannot be written: {error.strerror or error}. Choose another folder."
        ) from None
    return new
