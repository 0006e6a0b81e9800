"""`kata drill`: what was passed comes back, from memory, when it is about to be forgotten."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone

from kata.commands.watch import at_a_terminal
from kata.console import console, short
from kata.course import Course
from kata.errors import JudgeError, UsageError
from kata.language import tr
from kata.learner.state import State

HELP = "repeat from memory what is due"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID", help="repeat this exercise, due or not (default: the first due)")
    parser.add_argument("--list", action="store_true", help="only show what is due when")


def run(args: argparse.Namespace) -> int:
    from kata.learner.schedule import schedule

    course = Course.find()
    state, now, out = State.load(course.folder), datetime.now(timezone.utc), console()
    coming = schedule(course, state, now)
    state.save()
    exercise = coming[0].exercise if coming and coming[0].at <= now else None
    if args.id:
        exercise = course.select([args.id])[0]
        if exercise not in [due.exercise for due in coming]:
            raise UsageError(f"{exercise} is not passed yet. `kata watch {short(course, exercise)}` begins it.")
    if args.list or exercise is None or not at_a_terminal():
        for due in coming:
            when = tr("due") if due.at <= now else f"{due.at.astimezone():%Y-%m-%d}"
            out.print(f"{when:<12}{due.exercise.id}", soft_wrap=True)
        if not coming:
            out.print(tr("What you pass comes back here. Nothing is passed yet."))
        elif exercise is None:
            out.print(tr("Nothing is due. `kata drill ID` repeats one all the same."))
        return 0
    try:
        from kata.sandbox.host import Sandbox

        sandbox = Sandbox(hidden=[course.root, course.folder])
    except OSError as error:
        raise JudgeError(f"The sandbox does not start: {error}. `kata doctor` says more.") from None
    from kata.learner.loop.drill import Drill

    return Drill(course, exercise, sandbox).run()
