"""Answers that were written from the statements alone, by who had not seen the graders: each is judged rightly.

tests/unseen/TRACK/NAME has `wrong_*.py`, plausible mistakes, and `right_*.py`, unusual ways to do it. first_go.json there
says how each was judged when it was new, under the name that it had then; docs/strength.md sums these up. An exercise that
nobody has written any for yet has a file WAITING instead, and no longer than that.
"""

import pytest

from kata.course import Course
from kata.judge.run import Judge
from kata.judge.scoring import Job
from kata.strength.records import first_go
from tests.conftest import EVERY, ROOT, SEEDS, seeds_of

COURSE = Course.load(ROOT)
each = pytest.mark.parametrize("exercise", COURSE.exercises, ids=str)
ANSWERS = {e: found for e in COURSE.exercises if (found := sorted(e.unseen.glob("*.py")))}


@pytest.fixture(scope="module")
def unjailed():
    """These answers are ours, and come to an end: without a sandbox they are judged in a third of the time."""
    with Judge(COURSE, in_process=True) as judge:
        yield judge


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")  # one of the mistakes
@pytest.mark.parametrize(
    ("exercise", "seed"), [(e, n) for e in ANSWERS for n in (SEEDS if EVERY else seeds_of(e))], ids=str
)
def test_answers_nobody_had_thought_of_are_judged_rightly(unjailed, exercise, seed):
    jobs = [Job(answer.stem, {exercise.id: answer}) for answer in ANSWERS[exercise]]
    passed = {
        verdict.submission: verdict.passed
        for verdict in unjailed.grade([exercise], jobs, seed=seed, enough=lambda job, test: True)
    }
    assert passed == {answer.stem: answer.stem.startswith("right_") for answer in ANSWERS[exercise]}


@each
def test_the_first_go_of_each_answer_is_recorded(exercise):
    # What turned out to be right by the statement was recorded as wrong.
    answers, records = (
        sorted(name.removeprefix("right_").removeprefix("wrong_") for name in names)
        for names in ([answer.stem for answer in ANSWERS.get(exercise, [])], first_go(exercise))
    )
    assert answers == records, f"write {exercise.unseen.relative_to(ROOT)}/first_go.json"


@each
def test_there_are_enough_answers_nobody_had_thought_of(exercise):
    names = list(first_go(exercise))
    wrong, right = (sum(name.startswith(word) for name in names) for word in ("wrong_", "right_"))
    enough = wrong >= 5 and right >= 2
    waiting, folder = (exercise.unseen / "WAITING").is_file(), exercise.unseen.relative_to(ROOT)
    assert not (waiting and enough), f"remove {folder}/WAITING: the answers are there"
    assert waiting or enough, f"{folder} has {wrong} wrong and {right} right answers; the law asks for 5 and 2"


def test_every_unseen_answer_is_for_an_exercise():
    folders = {path.parent for path in (ROOT / "tests/unseen").rglob("*") if path.suffix in {".py", ".json"}}
    strays = [folder.relative_to(ROOT) for folder in folders - {exercise.unseen for exercise in COURSE.exercises}]
    assert not strays, f"{strays} belong to no exercise of course.toml: tests/unseen/TRACK/NAME"
