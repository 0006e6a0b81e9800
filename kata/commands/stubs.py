"""`kata stubs`: cut every stub from its solution, never over what a student wrote, and list the exercises in docs/."""

from __future__ import annotations

import argparse
import subprocess

from kata import exercise_pages
from kata.commands.reset import replace, stub_of
from kata.console import console, shown, warn
from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.recordings import need_solutions

HELP = "for authors: cut every stub in exercises/ from its solution, and list the exercises in docs/exercises.md"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="also over changed files, after a backup of each")


def run(args: argparse.Namespace) -> int:
    course, out = Course.find(), console()
    need_solutions(course)
    same, missing, skipped = 0, [], []
    for exercise in course.exercises:
        if not exercise.solution.is_file():
            missing.append(exercise.id)
            continue
        fresh = stub_of(exercise)
        if exercise.stub.exists() and exercise.stub.read_bytes() == fresh.encode():
            same += 1
        elif args.force or not exercise.stub.exists() or _as_committed(exercise):
            kept = replace(exercise, fresh, keep=args.force)
            out.print(f"cut {shown(exercise.stub)}" + (f"    (what was there: {kept})" if kept else ""), soft_wrap=True)
        else:
            skipped.append(exercise)
    out.print(f"{same} stubs are as their solutions cut to.")
    list_exercises(course)
    if missing:
        warn(f"no solution for {', '.join(missing)}.")
    for exercise in skipped:
        warn(f"skipped {shown(exercise.stub)}: it is changed. `kata stubs --force` cuts it too, after a backup.")
    return 1 if skipped else 0


def list_exercises(course: Course) -> None:
    """Bring docs/exercises.md up to the course, in every language.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        for page in exercise_pages.write(course):
            console().print(f"wrote {shown(page)}", soft_wrap=True)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}") from None


def _as_committed(exercise: Exercise) -> bool:
    """Whether the file is what git has at HEAD: then nothing of anyone's is lost."""
    path = exercise.stub.relative_to(exercise.root).as_posix()
    try:
        found = subprocess.run(["git", "show", f"HEAD:./{path}"], cwd=exercise.root, capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return False
    return found.returncode == 0 and found.stdout == exercise.stub.read_bytes()
