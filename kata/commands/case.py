"""`kata case ID`: a case that fails, as lines to paste: what your function is called with, numbers included."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kata.commands.diff import graded
from kata.console import console, shown
from kata.course import Course, Exercise
from kata.errors import UsageError
from kata.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kata.report.words import Words
    from kata.verdict import TestVerdict

HELP = "show a case that fails as lines to paste into Python"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an exercise: `softmax`, or its whole id")
    parser.add_argument(
        "case", nargs="?", default="", metavar="CASE", help="as a verdict calls it: `values[one head]`, or `one head`"
    )


def run(args: argparse.Namespace) -> int:
    course = Course.find()
    (exercise,) = course.select([args.id])
    found = graded(course, exercise)
    from kata.report.parts import clean
    from kata.report.words import Words
    from kata.verdict import smallest_first

    words, out = Words(exercise), console()
    failed = smallest_first(test for test in found.tests if not test.passed)
    if not failed:
        out.print(tr("Every test passed: there is no case to show."))
        return 0
    test = _chosen(failed, args.case, words) if args.case else failed[0]
    about = [words.test(test.name), *words.message(test.message).split("\n")]
    lines = test.example.lines if test.example else tr("# There is no call to show here.")
    printed = test.example.printed.rstrip() if test.example else ""
    if printed:
        about += [tr("it printed:"), *(f"  {line}" for line in printed.split("\n"))]
    for line in [*(f"# {line}" for line in about), "", *_opening(exercise), *lines.split("\n")]:
        out.print(clean(line), markup=False, highlight=False, soft_wrap=True)
    return 1


def _opening(exercise: Exercise) -> list[str]:
    return [tr("# Paste this behind your function, or into: {command}", command=f"python -i {shown(exercise.stub)}")]


def _chosen(failed: Sequence[TestVerdict], name: str, words: Words) -> TestVerdict:
    names = {test.name: {*_names(test.name), *_names(words.test(test.name))} for test in failed}
    found = next((test for test in failed if name in names[test.name]), None)
    if found is None:
        known = ", ".join(f"`{words.test(test.name)}`" for test in failed)
        raise UsageError(f"No case `{name}` fails. Those that do: {known}.")
    return found


def _names(test: str) -> set[str]:
    return {test, test.partition("[")[2].removesuffix("]") or test}
