"""`kata stubs`: cut every stub from its solution, never over what a student wrote, and list the exercises in docs/."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import subprocess
from pathlib import Path

from kata import exercise_pages
from kata.console import console, shown, warn
from kata.course import Course, Exercise
from kata.course.recordings import need_solutions
from kata.errors import UsageError
from kata.files import write_atomically
from kata.learner.state import FOLDER
from kata.learner.stubs import replace, stub_of

HELP = "for authors: cut every stub in exercises/ from its solution, and list the exercises in docs/exercises.md"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="also over changed files, after a backup of each")


def run(args: argparse.Namespace) -> int:
    course, out = Course.find(), console()
    need_solutions(course)
    same, missing, skipped, cut = 0, [], [], Cut(course)
    for exercise in course.exercises:
        if not exercise.solution.is_file():
            missing.append(exercise.id)
            continue
        fresh = stub_of(exercise)
        if exercise.stub.exists() and exercise.stub.read_bytes() == fresh.encode():
            same += 1
        elif args.force or not exercise.stub.exists() or exercise in cut or _as_committed(exercise):
            kept = replace(exercise, fresh, keep=args.force)
            out.print(f"cut {shown(exercise.stub)}" + (f"    (what was there: {kept})" if kept else ""), soft_wrap=True)
        else:
            skipped.append(exercise)
            continue
        cut.add(exercise)
    cut.save()
    out.print(f"{same} stubs are as their solutions cut to.")
    list_exercises(course)
    if missing:
        warn(f"no solution for {', '.join(missing)}.")
    for exercise in skipped:
        warn(f"skipped {shown(exercise.stub)}: it is changed. `kata stubs --force` cuts it too, after a backup.")
    return 1 if skipped else 0


class Cut:
    """The stubs that are as they were cut, so that an author who goes on with a solution may have them cut again.

    It is kept in the folder of the course as digests, by exercise: what a stub holds that has another one, somebody wrote.
    """

    def __init__(self, course: Course):
        self._file = course.root / FOLDER / "cut.json"
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            found = {}  # then all is somebody's
        self._digests: dict[str, str] = found if isinstance(found, dict) else {}

    def __contains__(self, exercise: Exercise) -> bool:
        return self._digests.get(exercise.id) == _digest(exercise.stub)

    def add(self, exercise: Exercise) -> None:
        self._digests[exercise.id] = _digest(exercise.stub)

    def save(self) -> None:
        with contextlib.suppress(OSError):  # a convenience, and never in the way
            self._file.parent.mkdir(exist_ok=True)
            write_atomically(self._file, json.dumps(self._digests, indent=1) + "\n")


def _digest(file: Path) -> str:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()


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
