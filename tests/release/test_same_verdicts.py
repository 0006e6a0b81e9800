"""From recordings, a grading says what it says with the references: status, score, words, and the mistake by name."""

import os
from dataclasses import replace

import pytest

from kata.course.answers import Answers
from kata.course.solution import stub
from kata.judge.run import Judge
from kata.judge.texts import grade_sources
from tests.release.conftest import CHOSEN

SEEDS = (0, 2) if os.environ.get("KATA_EVERY") else (0,)


@pytest.fixture(scope="module")
def judges(live, released):
    # What a submission gives is the same in the sandbox, only slower: what is compared here is what is made of it.
    with Judge(live, in_process=True) as one, Judge(released, in_process=True) as other:
        yield one, other


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", [exercise.id for exercise in CHOSEN])
def test_the_same_verdict(judges, live, released, exercise, seed):
    """On the stub, the reference, every other right answer and every known mistake."""
    (exercise,), (theirs,) = live.select([exercise]), released.select([exercise])
    answers, solution = Answers.of(exercise), exercise.solution.read_text(encoding="utf-8")
    variants = {variant.name: variant.of(solution) for variant in [*answers.also_right, *answers.mistakes]}
    texts = {"the stub": stub(solution), "the reference": solution, **variants}
    one, other = judges
    with_references = grade_sources(one, exercise, list(texts.values()), seed=seed)
    from_recordings = grade_sources(other, theirs, list(texts.values()), seed=seed)
    for name, wanted, found in zip(texts, with_references, from_recordings, strict=True):
        assert _comparable(found) == _comparable(wanted), name
    assert {test.mistake for verdict in from_recordings for test in verdict.tests} > {""}


def _comparable(verdict):
    """All but how long it took, which no two gradings share."""
    return replace(verdict, seconds=0.0)
