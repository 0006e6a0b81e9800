"""`kata list`: all tracks and exercises in teaching order, with your progress."""

from __future__ import annotations

import argparse

from kata.console import bar, console, number
from kata.course import Course
from kata.state import State

HELP = "all exercises with your progress"
STYLES = {"passed": "green", "partial": "yellow", "not_started": "dim"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    from rich.text import Text

    course = Course.find()
    state, out = State.load(course.root), console()
    coming = state.next(course)
    for track in course.tracks:
        passed = sum(map(state.passed, track.exercises))
        out.print(
            Text(f"{track.id}  {track.title}  ", "bold").append(bar(passed, len(track.exercises), 10), "not bold")
        )
        for exercise in track.exercises:
            progress = state.of(exercise)
            word = progress.status.replace("_", " ")
            line = Text("  > " if exercise == coming else "    ").append(
                f"{word:<14}", STYLES.get(progress.status, "red")
            )
            points = f"{number(progress.score)} / {number(progress.max_score)}" if progress.attempts else ""
            line.append(f"{points:<12}").append(exercise.name)
            out.print(line.append("  next" if exercise == coming else "", "bold"), soft_wrap=True)
    passed = sum(map(state.passed, course.exercises))
    out.print(f"{bar(passed, len(course.exercises))} passed")
    return 0
