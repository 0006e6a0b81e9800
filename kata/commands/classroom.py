"""`kata classroom`: for instructors: an nbgrader course, a folder of submissions, an autograder for Gradescope."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from kata.console import console, shown
from kata.course import Course, Exercise
from kata.errors import UsageError

HELP = "for instructors: grade a class, with nbgrader or without"
EXTRA = "pip install 'llm-kata[classroom]'"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(parser))
    init = actions.add_parser("init", help="write a complete nbgrader course", allow_abbrev=False)
    init.add_argument("folder", type=Path, metavar="DIR")
    init.add_argument("--force", action="store_true", help="write notebooks anew that are there already")
    _chosen(init)


def _chosen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tracks", nargs="+", default=[], metavar="TRACK", help="only these (default: all)")
    parser.add_argument("--exercises", nargs="+", default=[], metavar="ID", help="only these (default: all)")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    return {"init": _init}[args.action](course, args)


def chosen(course: Course, tracks: Sequence[str], ids: Sequence[str]) -> tuple[Exercise, ...]:
    """The exercises of these tracks and of these names; all of them for neither.

    Raises:
        UsageError: a name fits nothing.
    """
    known = [track.id for track in course.tracks]
    for track in tracks:
        if track not in known:
            raise UsageError(f"There is no track '{track}'. The tracks are {', '.join(known)}.")
    named = course.select(ids) if ids or not tracks else ()
    return tuple(e for e in course.exercises if e.track in tracks or e in named)


def _init(course: Course, args: argparse.Namespace) -> int:
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(f"nbgrader is not installed. Run: {EXTRA}")
    from kata.classroom.init import write_course

    exercises = chosen(course, args.tracks, args.exercises)
    try:
        written, kept = write_course(course, exercises, args.folder, args.force)
    except OSError as error:
        raise UsageError(f"the course cannot be written: {error}") from None
    out = console()
    for path in written:
        out.print(f"wrote {shown(path)}", soft_wrap=True)
    if kept:
        out.print(f"kept {kept} notebooks that were there; --force writes them anew.")
    tracks = list(dict.fromkeys(exercise.track for exercise in exercises))
    out.print(f"next: cd {shown(args.folder)} && nbgrader generate_assignment {tracks[0]}", soft_wrap=True)
    return 0
