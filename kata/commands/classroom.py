"""`kata classroom`: for instructors: an nbgrader course, a folder of submissions, an autograder for Gradescope."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kata.commands.grade import at_least
from kata.console import Progress, console, shown
from kata.course import Course, Exercise, Written
from kata.course.recordings import need_solutions
from kata.errors import JudgeError, UsageError
from kata.files import check_writable

HELP = "for instructors: grade a class, with nbgrader or without"
EXTRA = "pip install 'llm-kata[classroom]'"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(parser))
    init = _action(actions, "init", "write a complete nbgrader course")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.add_argument("--force", action="store_true", help="write notebooks anew that are there already")
    grade = _action(actions, "grade", "grade a folder of submissions, FOLDER/<student>/…; go on where it was stopped")
    grade.add_argument("folder", type=Path, metavar="FOLDER")
    grade.add_argument("-o", "--output", type=Path, metavar="DIR", help="for the grades (default: FOLDER.grades)")
    grade.add_argument("-j", "--jobs", type=at_least(1), default=1, metavar="N", help="judge in N processes")
    grade.add_argument("--gradebook", metavar="URL", help="enter the grades there too: sqlite:///gradebook.db")
    gradescope = _action(actions, "gradescope", "write an autograder for Gradescope")
    gradescope.add_argument("-o", "--output", type=Path, default=Path("autograder.zip"), metavar="FILE")
    gradescope.add_argument("--run", type=Path, metavar="ROOT", help="grade the submission in ROOT: what the zip does")
    for action in (grade, gradescope):
        action.add_argument(
            "--seed",
            type=at_least(0),
            metavar="N",
            help="the same inputs for all answers (default: others for each, from the secret of the class)",
        )
        action.add_argument("--allow-unisolated", action="store_true", help="grade also where nothing isolates: unsafe")


def _action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.add_argument("--tracks", nargs="+", default=[], metavar="TRACK", help="only these (default: all)")
    parser.add_argument("--exercises", nargs="+", default=[], metavar="ID", help="only these (default: all)")
    return parser


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    need_solutions(course)
    exercises = chosen(course, args.tracks, args.exercises)
    if args.action == "init":
        return _init(course, exercises, args)
    if not exercises:
        raise UsageError(
            f"{', '.join(args.tracks)}: all of it is answered in words and graded by hand. Choose another track."
        )
    return {"grade": _grade, "gradescope": _gradescope}[args.action](course, exercises, args)


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


def _init(course: Course, exercises: tuple[Exercise, ...], args: argparse.Namespace) -> int:
    _need_nbgrader()
    from kata.classroom.nbgrader.init import write_course

    all_of_it = not (args.tracks or args.exercises)
    questions = [one for track in course.tracks if all_of_it or track.id in args.tracks for one in track.written]
    works: tuple[Exercise | Written, ...] = (*exercises, *questions)
    try:
        written, kept = write_course(course, works, args.folder, args.force)
    except OSError as error:
        raise UsageError(f"the course cannot be written: {error}") from None
    out = console()
    for path in written:
        out.print(f"wrote {shown(path)}", soft_wrap=True)
    if kept:
        out.print(f"kept {kept} notebooks that were there; --force writes them anew.")
    track = works[0].track
    out.print(f"next: cd {shown(args.folder)} && nbgrader generate_assignment {track}", soft_wrap=True)
    return 0


def _need_nbgrader() -> None:
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(f"nbgrader is not installed. Run: {EXTRA}")


def _grade(course: Course, exercises: tuple[Exercise, ...], args: argparse.Namespace) -> int:
    if not args.folder.is_dir():
        raise UsageError(f"{args.folder} is no folder. It should hold a folder for each student.")
    if args.gradebook:
        _need_nbgrader()
    from kata.classroom.folder import grade_folder
    from kata.classroom.submissions import students

    folder = args.folder.resolve()
    output = args.output or folder.with_name(f"{folder.name}.grades")
    with Progress(len(students(folder)), "graded") as progress:
        results = grade_folder(
            course,
            exercises,
            folder,
            output,
            seed=args.seed,
            processes=args.jobs,
            allow_unisolated=args.allow_unisolated,
            report=progress.step,
        )
    if args.gradebook:
        from kata.classroom.nbgrader import gradebook

        gradebook.write(args.gradebook, results, exercises)
    ungraded = sorted(student for student, result in results.items() if result["score"] is None)
    console().print(f"{len(results) - len(ungraded)} of {len(results)} graded: {shown(output)}", soft_wrap=True)
    if ungraded:
        raise JudgeError(f"not graded: {', '.join(ungraded)}. {shown(output / 'feedback')} says why; run this again.")
    return 0


def _gradescope(course: Course, exercises: tuple[Exercise, ...], args: argparse.Namespace) -> int:
    from kata.classroom import gradescope

    if args.run:
        gradescope.run(course, exercises, args.run, args.seed, args.allow_unisolated)
        return 0
    check_writable(args.output)
    gradescope.write_zip(course, exercises, args.output, args.seed, args.allow_unisolated)
    console().print(f"wrote {shown(args.output)}: upload it as the assignment's autograder", soft_wrap=True)
    return 0
