"""`kata report`: your progress as one HTML page, to look at or to print."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from pathlib import Path

from kata.console import console, shown
from kata.course import Course
from kata.errors import UsageError
from kata.files import check_writable, write_atomically
from kata.language import tr
from kata.learner.state import State

HELP = "your progress as one HTML page"
DEFAULT = Path("kata-report.html")
MARK = b'content="kata report"'  # what a page of ours has in its head


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: kata-report.html")


def run(args: argparse.Namespace) -> int:
    file = args.output or DEFAULT
    check_writable(file)
    if file.is_file() and file.stat().st_size and MARK not in file.read_bytes()[:2000]:
        raise UsageError(f"{shown(file)} is no report of kata's, and stays as it is. Give another name with -o.")
    from kata.learner.page import render
    from kata.learner.schedule import schedule

    course = Course.find()
    state, now = State.load(course.folder), datetime.now(timezone.utc)
    try:
        write_atomically(file, render(course, state, schedule(course, state, now), now))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from None
    console().print(tr("wrote {file}", file=shown(file)), soft_wrap=True)
    return 0
