"""`python -m kata.strength`: measure the graders and write docs/strength.md. Part of `make verify`; it takes long."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kata.course import Course
from kata.errors import JudgeError, UsageError
from kata.judge.run import Judge
from kata.strength.measure import Strength, measure
from kata.strength.report import report

SEEDS = 200
REPORT = Path("docs/strength.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 every law is kept, 1 one is broken, 2 usage, 3 the judge failed."""
    options = _parser().parse_args(arguments)
    try:
        course = Course.find()
        strengths = _measured(course, options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except JudgeError as error:
        print(error, file=sys.stderr)
        return 3
    text = report(strengths, _command(options), options.seeds)
    output = options.output
    if output is None and not options.ids and options.mutants:
        output = course.root / REPORT
    if output is None:
        print(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        _say(f"wrote {output}")
    broken = [(strength.exercise, text) for strength in strengths for text in strength.broken_laws]
    for exercise, law in broken:
        _say(f"{exercise}: {law}")
    return 1 if broken else 0


def _measured(course: Course, options: argparse.Namespace) -> list[Strength]:
    exercises, strengths = course.select(options.ids), []
    with Judge(course) as judge:
        for number, exercise in enumerate(exercises, 1):
            place, start = f"[{number}/{len(exercises)}] {exercise}", time.monotonic()
            _say(place)
            strength = measure(
                judge,
                exercise,
                seeds=options.seeds,
                with_mutants=options.mutants,
                processes=options.processes,
                say=lambda line, place=place: _say(f"{place}: {line}"),  # type: ignore[misc]
            )
            word = f"{len(strength.broken_laws)} broken laws" if strength.broken_laws else "every law is kept"
            _say(f"{place}: {word}, {time.monotonic() - start:.0f} s")
            strengths.append(strength)
    return strengths


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kata.strength", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="exercises to measure (default: all)")
    parser.add_argument("--seeds", type=_positive, default=SEEDS, help=f"seeds for known answers (default: {SEEDS})")
    parser.add_argument("--mutants", action=argparse.BooleanOptionalAction, default=True, help="grade mutants too")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=f"where to write the report (default: {REPORT} if all is measured, otherwise the terminal)",
    )
    parser.add_argument("-j", "--processes", type=_positive, default=1, metavar="N", help="judges at a time")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _command(options: argparse.Namespace) -> str:
    """What gives this report again. How many processes share the work makes no difference to it."""
    words = ["python -m kata.strength", *options.ids]
    if options.seeds != SEEDS:
        words.append(f"--seeds {options.seeds}")
    if not options.mutants:
        words.append("--no-mutants")
    return " ".join(words)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
