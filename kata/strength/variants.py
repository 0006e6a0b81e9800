"""Grading an exercise's own variants: the reference, other right answers, known mistakes, mutants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from kata.course import Course, Exercise
from kata.judge.parallel import forked
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.judge.texts import grade_sources
from kata.strength.needed import function_of
from kata.verdict import OUT_OF_BUDGET, UNREAD, WITHOUT_AGREEMENT, ExerciseVerdict, TestVerdict

FOUND_NOTHING = (WITHOUT_AGREEMENT, OUT_OF_BUDGET, UNREAD)  # the test catches nothing itself


def grade_at_seeds(
    exercise: Exercise,
    sources: Sequence[str],
    mistakes: Sequence[str],
    tests: Sequence[str],
    seeds: Iterable[int],
    processes: int,
) -> Iterator[tuple[int, list[ExerciseVerdict]]]:
    """Grade these texts at every seed, without a sandbox: only for variants of ours that are known to come to an end.

    `mistakes` and `tests` are as in `grade_until_named`. Each process takes a seed at a time, so that what the
    reference and the mistakes give is worked out once a seed.
    """
    seeds = list(seeds)
    with forked(processes) as pool:
        work = partial(grade_until_named, exercise, sources, mistakes, tests=tests)
        yield from zip(seeds, pool.map(work, seeds), strict=True)


def grade_until_named(
    exercise: Exercise,
    sources: Sequence[str],
    mistakes: Sequence[str],
    seed: int,
    tests: Sequence[str] = (),
) -> list[ExerciseVerdict]:
    """Grade these texts in this process, each known mistake as far as the test that names it.

    `mistakes` says which known mistake each text makes, if any. `tests`, if given, has for each text the test that
    named its mistake at another seed, which is tried first; if it does not name it now, the text is graded as if
    nothing were known.
    """

    def is_named(job: Job, test: TestVerdict) -> bool:
        return bool(test.mistake) and test.mistake == mistakes[int(job.label)]

    def is_first(job: Job, test: str) -> bool:
        return not tests or tests[int(job.label)] in ("", test)

    def is_next(job: Job, test: str) -> bool:
        return mistakes[int(job.label)] not in named[int(job.label)]

    with Judge(Course.load(exercise.root), in_process=True) as judge:
        grade = partial(grade_sources, judge, exercise, sources, seed=seed, enough=is_named)
        verdicts = grade(wanted=is_first)
        named = [{"", *(test.mistake for test in verdict.tests)} for verdict in verdicts]
        if not all(map(set.__contains__, named, mistakes)):
            again = grade(wanted=is_next)
            verdicts = [
                other if mistake not in found else verdict
                for mistake, found, verdict, other in zip(mistakes, named, verdicts, again, strict=True)
            ]
        return list(map(_without_tensors, verdicts))


def grade_until_clear(
    judge: Judge,
    exercise: Exercise,
    sources: Sequence[str],
    mistakes: Sequence[str | None],
    *,
    seed: int = 0,
    device: str = "cpu",
    processes: int = 1,
) -> list[ExerciseVerdict]:
    """Grade these texts, each known mistake until it is named and two test functions have caught it.

    Law 6 need not know the others: what two of them catch is caught by none alone. `mistakes` says which one each text
    makes: None for one without a name, as of a mutant, and nothing for what is graded to the end, as a right answer.
    """
    failed: dict[str, list[TestVerdict]] = {}

    def is_clear(job: Job, test: TestVerdict) -> bool:
        tests = failed.setdefault(job.label, [])
        tests.append(test)
        mistake = mistakes[int(job.label)]
        named = mistake is None or mistake in {other.mistake for other in tests} - {""}
        return named and len({function_of(other.name) for other in tests if catches(other)}) > 1

    return grade_sources(judge, exercise, sources, seed=seed, device=device, processes=processes, enough=is_clear)


def catches(test: TestVerdict) -> bool:
    """Tell whether a test found something wrong. A timeout counts for the test in which it happened."""
    return test.status not in ("passed", "ungraded") and not test.message.startswith(FOUND_NOTHING)


def _without_tensors(verdict: ExerciseVerdict) -> ExerciseVerdict:
    """Drop a verdict's tensors: each takes an open file between processes, and a few laws' would be too many."""
    return replace(verdict, tests=[replace(test, difference=None) for test in verdict.tests])
