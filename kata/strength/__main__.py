"""`python -m kata.strength`: measure the graders and write docs/strength.md. Part of `make verify`; it takes long.

Each exercise is recorded as soon as it is measured: one that is stopped goes on with --stale.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from kata.course import Course, Exercise
from kata.errors import JudgeError, UsageError
from kata.judge.run import Judge
from kata.strength import laws, records
from kata.strength.measure import Seeds, measure
from kata.strength.report import entry


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and return the exit status: 0 every law is kept, 1 one is broken, 2 usage, 3 the judge failed."""
    options = _parser().parse_args(arguments)
    try:
        course = Course.find()
        broken = _measure_all(course, options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except JudgeError as error:
        print(error, file=sys.stderr)
        return 3
    for text in broken:
        _say(text)
    return 1 if broken else 0


def _measure_all(course: Course, options: argparse.Namespace) -> list[str]:
    """Measure the exercises, and list the laws that are broken."""
    chosen = _chosen(course, options)
    if options.report or not chosen:
        records.write_report(course)  # the first go at new answers is in it too
        _say(f"{records.REPORT} is up to date with the records")
        return []
    broken = []
    with Judge(course) as judge:
        for number, exercise in enumerate(chosen, 1):
            place, start = f"[{number}/{len(chosen)}] {exercise}", time.monotonic()
            seeds = Seeds.of(exercise)
            _say(place)
            strength = measure(
                judge,
                exercise,
                seeds=seeds.at_most(options.seeds) if options.seeds else seeds,
                with_mutants=options.mutants,
                processes=options.processes,
                say=lambda line, place=place: _say(f"{place}: {line}"),  # type: ignore[misc]
            )
            recorded = options.mutants and not options.seeds
            strength.errors += laws.broken_laws(exercise) if recorded else []
            word = f"{len(strength.broken_laws)} broken laws" if strength.broken_laws else "every law is kept"
            _say(f"{place}: {word}, {time.monotonic() - start:.0f} s")
            if recorded:
                records.keep(exercise, strength)
                records.write_report(course)
            else:
                print(entry(strength).section)
            broken += [f"{strength.exercise}: {law}" for law in strength.broken_laws]
    return broken


def _chosen(course: Course, options: argparse.Namespace) -> Sequence[Exercise]:
    if not options.stale and not options.older:
        return course.select(options.ids)
    ids = [*(records.stale(course) if options.stale else []), *records.older(course)[: options.older or 0]]
    return course.select(ids) if ids else ()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kata.strength", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="exercises to measure (default: all)")
    parser.add_argument(
        "--seeds",
        type=_positive,
        metavar="N",
        help="at most so many seeds for known answers; the terminal has the report then, and nothing is recorded",
    )
    parser.add_argument("--mutants", action=argparse.BooleanOptionalAction, default=True, help="grade mutants too")
    parser.add_argument("--stale", action="store_true", help="those that changed since they were last measured")
    parser.add_argument(
        "--older", type=_positive, metavar="N", help="N that were measured under older rules than today's"
    )
    parser.add_argument("--report", action="store_true", help="measure nothing, and make the page from the records")
    parser.add_argument("-j", "--processes", type=_positive, default=1, metavar="N", help="judges at a time")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
