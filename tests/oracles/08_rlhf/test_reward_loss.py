"""The reward losses against plain Python: `math`, one number at a time, no autograd."""

import math

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def minus_log_sigmoid(z):
    return math.log1p(math.exp(-z)) if z > 0 else math.log1p(math.exp(z)) - z


def slope(z):
    """The derivative of -log σ(z), which is -σ(-z)."""
    return -1 / (1 + math.exp(z)) if z < 0 else -math.exp(-z) / (1 + math.exp(-z))


def numbers(*shape, seed=0, std=3.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * std).requires_grad_()


@pytest.mark.parametrize("margin", [None, 0.0, 1.5, [0.0, 0.5, 1.0, 2.0, 30.0]])
def test_reward_loss(margin):
    chosen, rejected = numbers(5, seed=1), numbers(5, seed=2)
    with torch.no_grad():
        chosen[3], rejected[4] = 1e4, 1e4
    given = torch.tensor(margin, dtype=torch.float64) if isinstance(margin, list) else margin
    loss = SOLUTION.reward_loss(chosen, rejected, margin=given)
    loss.backward()

    margins = margin if isinstance(margin, list) else [margin or 0.0] * 5
    z = [c - r - m for c, r, m in zip(chosen.tolist(), rejected.tolist(), margins, strict=True)]
    assert loss.item() == pytest.approx(sum(map(minus_log_sigmoid, z)) / 5, rel=1e-12)
    assert chosen.grad.tolist() == pytest.approx([slope(x) / 5 for x in z], rel=1e-12)
    assert rejected.grad.tolist() == pytest.approx([-slope(x) / 5 for x in z], rel=1e-12)


@pytest.mark.parametrize("shape", [(1, 2), (4, 2), (3, 5)])
def test_ranking_loss(shape):
    rewards = numbers(*shape, seed=3)
    loss = SOLUTION.ranking_loss(rewards)
    loss.backward()

    B, K = shape
    total, gradient = 0.0, [[0.0] * K for _ in range(B)]
    for b, row in enumerate(rewards.tolist()):
        for i in range(K):
            for j in range(i + 1, K):
                total += minus_log_sigmoid(row[i] - row[j])
                gradient[b][i] += slope(row[i] - row[j])
                gradient[b][j] -= slope(row[i] - row[j])
    count = B * math.comb(K, 2)
    assert loss.item() == pytest.approx(total / count, rel=1e-12)
    flat = [number / count for row in gradient for number in row]
    assert rewards.grad.flatten().tolist() == pytest.approx(flat, rel=1e-12, abs=1e-14)


def test_two_answers_make_a_pair():
    rewards = numbers(6, 2, seed=4)
    pair, ranking = SOLUTION.reward_loss(rewards[:, 0], rewards[:, 1]), SOLUTION.ranking_loss(rewards)
    assert ranking.item() == pytest.approx(pair.item(), rel=1e-14)


def test_only_differences_matter():
    rewards = numbers(4, 3, seed=5).detach()
    shifted = SOLUTION.ranking_loss(rewards + torch.tensor([[100.0], [-7.0], [0.0], [1e3]], dtype=torch.float64))
    assert shifted.item() == pytest.approx(SOLUTION.ranking_loss(rewards).item(), rel=1e-11)


@pytest.mark.parametrize(("given", "gives"), recorded("reward_loss"))
def test_reward_loss_is_that_of_trl(given, gives):
    agrees(SOLUTION.reward_loss(**given), gives)
