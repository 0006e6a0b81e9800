"""The losses of a reward model: for pairs of answers, and for answers put in order."""

import pytest
import torch

from kata.grading import Case, between, integers, normal, once, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def compare(impl, chosen, rejected, **margin):
    return impl.reward_loss(chosen, rejected, **margin)


def rank(impl, rewards):
    return impl.ranking_loss(rewards)


N, K = between(5, 8), between(3, 5)
REWARDS = {"chosen": normal(N), "rejected": normal(N)}

PAIRS = [
    Case("no margin", **REWARDS, edges=[{N: 1}, {"margin": uniform(N, high=3.0)}]),
    Case("one margin for all", **REWARDS, margin=between(0.5, 1.0)),
    Case("a margin for each pair", **REWARDS, margin=uniform(N, high=3.0), edges=[{"margin": None}, {N: 1}]),
    Case("14 pairs, one margin for all", chosen=normal(14), rejected=normal(14), margin=0.25, recall=True),
]

RANKINGS = [
    Case("some answers to each of some prompts", rewards=normal(N, K), edges=[{N: 1}, {K: 2}]),
    Case("two answers to each of nine prompts", rewards=normal(9, 2), recall=True),
]


def far_apart(x):
    """Differences of 10 000 and of 20 000, in another order for each row."""
    return (x.argsort(-1).argsort(-1) - 1) * 1e4


SUMS = ["float32", "float64", "bfloat16"]  # of these losses are too large for float16
LARGE = [
    Case(
        "pairs",
        compare,
        dtypes=SUMS,
        chosen=integers(N, low=-1, high=2).map(lambda x: torch.cat([x, torch.tensor([1, -1, 1])]) * 1e4),
        rejected=integers(N, low=2, high=4).map(lambda x: torch.cat([x, torch.tensor([-1, 0, 0])]) * 1e4),
    ),
    Case("rankings", rank, rewards=normal(N, 3).map(far_apart), dtypes=SUMS),
]

EQUAL_REWARDS = once(normal(N).map(torch.round))
EQUAL = [
    Case("pairs", compare, chosen=EQUAL_REWARDS, rejected=EQUAL_REWARDS),
    Case("rankings", rank, rewards=normal(N, 2).map(lambda x: torch.cat([x[:, :1], x], dim=1))),
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
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_rewards_of_10_000_and_their_gradients(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EQUAL, ids=str)
def test_equal_rewards_and_their_gradients(check, case):
    check.gradients(case.scenario, case)
