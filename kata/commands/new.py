"""`kata new TRACK/NAME`: begin a new exercise: skeletons, a line of order, and the stub."""

from __future__ import annotations

import argparse
import keyword
import re

from kata.commands.stubs import Cut, list_exercises
from kata.console import console, shown, warn
from kata.course import COURSE_FILE, Course, Exercise
from kata.course.course_line import with_exercise
from kata.course.recordings import need_solutions
from kata.course.skeletons import WAITING, answers, grader, oracle, solution
from kata.course.solution import stub
from kata.errors import UsageError
from kata.files import write_atomically

HELP = "for authors: begin a new exercise"
NAME = re.compile("[a-z][a-z0-9_]*")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="TRACK/NAME; course.toml has the tracks, and the name is new")


def run(args: argparse.Namespace) -> int:
    course, out = Course.find(), console()
    need_solutions(course)
    exercise = _new(course, args.id)
    source = solution(exercise.name)
    files = {
        exercise.solution: source,
        exercise.grader: grader(exercise.name),
        exercise.answers: answers(exercise.name),
        exercise.oracle: oracle(exercise.name),
        exercise.unseen / "WAITING": WAITING,
        exercise.stub: stub(source),
    }
    there = [file for file in files if file.exists()]
    if there:
        raise UsageError(f"{shown(there[0])} is there already, and nothing was changed. Choose another name.")
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text)
            out.print(f"wrote {shown(file)}", soft_wrap=True)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}") from None
    listed = _list(course, exercise)
    if listed:
        list_exercises(Course.load(course.root))
    cut = Cut(course)
    cut.add(exercise)
    cut.save()
    out.print(
        f"Now replace what the skeletons say: first the solution, then the grader, the known answers and the oracle.\n"
        f"  kata grade {exercise.id} --submission {shown(exercise.solution)}\n"
        f"  make test ARGS='-k {exercise.name}'    (the laws: three other right answers, eight mistakes, ...)\n"
        f"  kata stubs    (after every change of the solution's text)",
        soft_wrap=True,
    )
    return 0 if listed else 1


def _new(course: Course, id_: str) -> Exercise:
    """The exercise of this id, which is in form and not taken.

    Raises:
        UsageError: it is not.
    """
    track, _, name = id_.removesuffix(".py").partition("/")
    tracks = [one.id for one in course.tracks]
    if track not in tracks:
        raise UsageError(f"There is no track '{track}'. The tracks are {', '.join(tracks)}. Say TRACK/NAME.")
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"'{name}' is no name for an exercise. Take lower-case words, like {track}/masked_mean.")
    exercise = Exercise(f"{track}/{name}", course.root)
    if exercise in course.exercises:
        raise UsageError(f"{exercise} is listed in {COURSE_FILE} already. Choose another name.")
    return exercise


def _list(course: Course, exercise: Exercise) -> bool:
    """Add the exercise at the end of its track in course.toml, or say what to add by hand."""
    file = course.root / COURSE_FILE
    try:
        with file.open(encoding="utf-8", newline="") as lines:  # newline="": line ends stay as they are
            text = with_exercise(lines.read(), exercise.track, exercise.name)
        if text is not None:
            write_atomically(file, text)
            return True
        why = "is not written in the way this command can add to"
    except OSError as error:
        why = f"cannot be written ({error.strerror})"
    warn(f'{shown(file)} {why}. Add "{exercise.name}" to the exercises of {exercise.track} by hand.')
    return False
