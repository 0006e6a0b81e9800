"""The advantages against the double sum of the formula in plain Python; the two ends of lambda by their meaning."""

import math

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def draw(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_hand(rewards, values, length, gamma, lam):
    """One answer of so many tokens, in a row that may be longer."""
    v = [*values[:length], 0.0]
    deltas = [rewards[t] + gamma * v[t + 1] - v[t] for t in range(length)]
    advantages = [sum((gamma * lam) ** (n - t) * deltas[n] for n in range(t, length)) for t in range(length)]
    padding = [0.0] * (len(rewards) - length)
    return advantages + padding, [a + b for a, b in zip(advantages, v, strict=False)] + padding


@pytest.mark.parametrize("lengths", [[5, 5], [3, 1], [0, 4]])
@pytest.mark.parametrize("gamma", [0.0, 0.9, 1.0])
@pytest.mark.parametrize("lam", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("hidden", [3.0, math.nan, math.inf])
def test_formula(lengths, gamma, lam, hidden):
    mask = torch.arange(5) < torch.tensor(lengths)[:, None]
    rewards, values = (draw(seed, 2, 5).masked_fill(~mask, hidden) for seed in (0, 1))
    results = SOLUTION.gae(rewards, values, mask, gamma, lam)
    for b, length in enumerate(lengths):
        wanted = by_hand(rewards[b].tolist(), values[b].tolist(), length, gamma, lam)
        for ours, theirs in zip(results, wanted, strict=True):
            assert ours[b].tolist() == pytest.approx(theirs, rel=1e-12, abs=1e-14)


def test_lambda_of_1_gives_the_rewards_to_come():
    rewards, values, mask = draw(2, 3, 6), draw(3, 3, 6), torch.ones(3, 6, dtype=torch.bool)
    advantages, returns = SOLUTION.gae(rewards, values, mask, lam=1.0)
    torch.testing.assert_close(returns, rewards.flip(1).cumsum(1).flip(1))
    torch.testing.assert_close(advantages, returns - values)


def test_no_gradient():
    rewards, values = draw(4, 2, 3).requires_grad_(), draw(5, 2, 3).requires_grad_()
    assert not any(x.requires_grad for x in SOLUTION.gae(rewards, values, torch.ones(2, 3, dtype=torch.bool)))


@pytest.mark.parametrize(("given", "gives"), recorded("gae"))
def test_returns_are_those_of_trl(given, gives):
    """Its advantages are whitened, and so are no measure."""
    advantages, returns = SOLUTION.gae(**given)
    agrees(returns, gives)
    agrees(advantages, gives - given["values"] * given["mask"])
