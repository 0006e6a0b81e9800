"""Trust in the names of mistakes: of unseen wrong answers, and of those that make two known mistakes at once.

`python -m kata.strength.names [exercise …]` measures it, lists every name that is false, and keeps the numbers in the
exercise's record. A name is true if it is one of the two that were made, or if the mistake that it names gives all that
the answer gave: then nothing tells the two apart.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations

from kata.course import Course, Exercise
from kata.course.answers import Answers, Variant
from kata.errors import JudgeError
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from kata.strength import records
from kata.strength.report import Names
from kata.strength.source import same_code
from kata.verdict import ExerciseVerdict

SAMPLE = 40  # pairs an exercise


def measure_names(judge: Judge, exercise: Exercise, *, sample: int = SAMPLE, seed: int = 0) -> Names:
    """Grade a sample of the pairs of known mistakes, and the unseen wrong answers."""
    mistakes = Answers.of(exercise).mistakes
    pairs = list(two_at_once(exercise.solution.read_text(encoding="utf-8"), mistakes))
    draw = random.Random(f"{exercise.id} {seed}")  # noqa: S311 - the same sample each time
    chosen = draw.sample(pairs, min(sample, len(pairs)))
    unseen = [file.read_text(encoding="utf-8") for file in sorted(exercise.unseen.glob("wrong_*.py"))]
    verdicts = grade_sources(judge, exercise, [*(source for _, _, source in chosen), *unseen], seed=seed)
    found = Names()
    for (one, other, _), verdict in zip(chosen, verdicts, strict=False):
        failed = [test for test in verdict.tests if not test.passed]
        found.pairs += 1
        found.caught += bool(failed)
        found.tests += len(failed)
        found.named += sum(bool(test.mistake) for test in failed)
        found.false += [f"{one} + {other}: {said}" for said in false_names(verdict, {one.name, other.name})]
    for verdict in verdicts[len(chosen) :]:
        found.unseen += verdict.status != "passed"
        found.unseen_named += any(test.mistake for test in verdict.tests)
    return found


def two_at_once(solution: str, mistakes: Sequence[Variant]) -> Iterator[tuple[Variant, Variant, str]]:
    """Yield each two mistakes that can be made at once, with the answer that makes both."""
    alone = {mistake.name: same_code(mistake.of(solution)) for mistake in mistakes}
    for one, other in combinations(mistakes, 2):
        try:
            both = other.of(one.of(solution))
            code = same_code(both)
        except (JudgeError, SyntaxError):  # the first leaves nothing of what the second changes
            continue
        if code not in alone.values():
            yield one, other, both


def false_names(verdict: ExerciseVerdict, true: set[str]) -> list[str]:
    """The names in a verdict that are not `true` and do not explain all that failed."""
    failed = [test for test in verdict.tests if not test.passed]
    said = dict.fromkeys(test.mistake for test in failed if test.mistake and test.mistake not in true)
    return [
        f"`{name}` in {[test.name for test in failed if test.mistake == name]}, of {len(failed)} that failed"
        for name in said
        if not all(test.mistake == name for test in failed)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the names, and return the exit status: 1 if a name is false."""
    parser = argparse.ArgumentParser(prog="python -m kata.strength.names", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="exercise")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="pairs an exercise")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    course, wrong = Course.find(), 0
    with Judge(course, in_process=True) as judge:
        for exercise in course.select(options.ids):
            names = measure_names(judge, exercise, sample=options.sample, seed=options.seed)
            records.keep_names(exercise, names)
            print(
                f"{exercise}: {names.pairs} pairs, {names.caught} caught, {names.named} of {names.tests} tests named, "
                f"{len(names.false)} falsely; {names.unseen_named} of {names.unseen} unseen answers named",
                flush=True,
            )
            for line in names.false:
                print(f"  {line}", flush=True)
            wrong += len(names.false)
    records.write_report(course)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
