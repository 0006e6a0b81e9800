"""`kata hint ID`: one hint more each time, from a question to the shape of the code."""

from __future__ import annotations

import argparse
import ast

from kata.console import console, short
from kata.course import Course, Exercise
from kata.errors import JudgeError
from kata.state import State

HELP = "the next hint for an exercise"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument("--all", action="store_true", help="show those again that you have seen so far")


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    hints, name, out = read_hints(exercise), short(course, exercise), console()
    state = State.load(course.folder)
    progress = state.of(exercise)
    seen = min(progress.hints, len(hints))
    if not hints:
        out.print(f"There are no hints for {exercise.id}. `kata grade {name}` says what is wrong.", soft_wrap=True)
    elif args.all:
        for count, hint in enumerate(hints[:seen], 1):
            out.print(f"Hint {count} of {len(hints)}: {hint}")
        if not seen:
            out.print(
                f"You have seen no hint for {exercise.id} yet. `kata hint {name}` shows the first.", soft_wrap=True
            )
    elif seen == len(hints):
        out.print(f"There are no more hints: you have seen all {seen}. `kata hint {name} --all` shows them again.")
    else:
        out.print(f"Hint {seen + 1} of {len(hints)}: {hints[seen]}")
        progress.hints = seen + 1
        state.save()
    return 0


def read_hints(exercise: Exercise) -> list[str]:
    """The grader's HINTS, read from its text: to import it would load torch and run its code.

    Raises:
        JudgeError: there is no grader, or its HINTS are no list of texts.
    """
    try:
        tree = ast.parse(exercise.grader.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JudgeError(f"{exercise.grader} is missing, and the hints with it. Restore it.") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise JudgeError(f"{exercise.grader} cannot be read: {error}") from None
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == "HINTS" for target in targets):
            try:
                hints = ast.literal_eval(node.value)  # type: ignore[attr-defined]
            except (ValueError, TypeError, SyntaxError):
                hints = None
            if not isinstance(hints, list) or not all(isinstance(hint, str) for hint in hints):
                raise JudgeError(f"{exercise.grader}:{node.lineno}: HINTS is not a list of plain texts.")
            return hints
    return []
