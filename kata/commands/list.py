"""`kata list`: all tracks and exercises in teaching order, with your progress."""

from __future__ import annotations

import argparse

from kata.console import console
from kata.course import Course
from kata.learner.listing import show
from kata.learner.state import State

HELP = "all exercises with your progress"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    state = State.load(course.folder)
    show(console(), course, state, state.next(course))
    return 0
