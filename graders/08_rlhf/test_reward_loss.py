"""The losses of a reward model: for pairs of answers, and for answers put in order."""

import pytest

from kata.grading import Case, exactly, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def compare(impl, chosen, rejected, **margin):
    return impl.reward_loss(chosen, rejected, **margin)


def rank(impl, rewards):
    return impl.ranking_loss(rewards)


PAIRS = [
    Case("no margin", chosen=normal(6), rejected=normal(6)),
    Case("one margin for all", chosen=normal(6), rejected=normal(6), margin=0.75),
    Case("a margin for each pair", chosen=normal(6), rejected=normal(6), margin=uniform(6, high=3.0)),
    Case("eleven pairs, one margin for all", chosen=normal(11), rejected=normal(11), margin=0.25, recall=True),
]

RANKINGS = [
    Case("four answers to each of three prompts", rewards=normal(3, 4)),
    Case("two answers to each of five prompts", rewards=normal(5, 2), recall=True),
]

LARGE = [
    (compare, Case("pairs", chosen=exactly([1e4, -1e4, 1e4]), rejected=exactly([-1e4, 0.0, 0.0]))),
    (rank, Case("rankings", rewards=exactly([[1e4, 0.0, -1e4], [0.0, -1e4, 1e4]]))),
]

EQUAL = [
    (compare, Case("pairs", chosen=exactly([0.0, 2.0]), rejected=exactly([0.0, 2.0]))),
    (rank, Case("rankings", rewards=exactly([[0.0, 0.0, 0.0], [2.0, 2.0, 1.0]]))),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", PAIRS, ids=str)
def test_pairs(check, case):
    check.values(compare, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RANKINGS, ids=str)
def test_rankings(check, case):
    check.values(rank, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("scenario, case", LARGE, ids=["pairs", "rankings"])
def test_rewards_of_10_000_and_their_gradients(check, scenario, case):
    check.gradients(scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("scenario, case", EQUAL, ids=["pairs", "rankings"])
def test_equal_rewards_and_their_gradients(check, scenario, case):
    check.gradients(scenario, case)
