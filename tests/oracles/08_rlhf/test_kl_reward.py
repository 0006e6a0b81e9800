"""The rewards against plain Python, token by token, and their sum against the definition for whole answers."""

import math

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)

MASKS = [
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
    [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]],
    [[0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 0]],
    [[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]],
]


def draw(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_hand(score, logp, ref_logp, mask, beta):
    real = [t for t, m in enumerate(mask) if m]
    rewards = [0.0] * len(mask)
    for t in real:
        rewards[t] = beta * (ref_logp[t] - logp[t])
    if real:
        rewards[real[-1]] += score
    return rewards


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("beta", [0.0, 0.2])
@pytest.mark.parametrize("hidden", [7.0, math.nan, math.inf])
def test_rewards(mask, beta, hidden):
    mask = torch.tensor(mask).bool()
    scores, logp, ref_logp = draw(0, 3), draw(1, 3, 4), draw(2, 3, 4)
    wanted = [
        by_hand(*row, beta)
        for row in zip(scores.tolist(), logp.tolist(), ref_logp.tolist(), mask.tolist(), strict=True)
    ]
    ours = SOLUTION.kl_shaped_rewards(scores, logp.masked_fill(~mask, hidden), ref_logp, mask, beta)
    for got, row in zip(ours.tolist(), wanted, strict=True):
        assert got == pytest.approx(row, rel=1e-14, abs=1e-15)


def test_the_sum_of_an_answer():
    scores, logp, ref_logp = draw(3, 2), draw(4, 2, 5), draw(5, 2, 5)
    ours = SOLUTION.kl_shaped_rewards(scores, logp, ref_logp, torch.ones(2, 5, dtype=torch.bool), 0.5)
    wanted = scores - 0.5 * (logp.sum(1) - ref_logp.sum(1))
    torch.testing.assert_close(ours.sum(1), wanted)


def test_no_gradient():
    made = [draw(6, 2).requires_grad_(), draw(7, 2, 3).requires_grad_(), draw(8, 2, 3)]
    assert not SOLUTION.kl_shaped_rewards(*made, torch.ones(2, 3, dtype=torch.bool), 0.1).requires_grad


@pytest.mark.parametrize(("given", "gives"), recorded("kl_shaped_rewards"))
def test_kl_shaped_rewards_is_that_of_trl(given, gives):
    agrees(SOLUTION.kl_shaped_rewards(**given), gives)
