"""The losses against TRL's definition, token by token in plain Python, and their gradients against closed forms.

TRL's PPOTrainer takes the masked mean of the larger of two losses, for the values half of it, the share of tokens in which the
clipped loss is the larger one, and half the mean square of the log-ratio.
"""

import math

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)

MASKS = [
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
    [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]],
    [[0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 0]],
    [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
    [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
]
HIDDEN = [0.5, math.nan, math.inf]


def draw(seed, std=1.0):
    return std * torch.randn(3, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def between(x, low, high):
    return min(max(x, low), high)


def real_ones(mask, *tensors):
    """The real tokens of each, in order."""
    return [[x for x, m in zip(t.flatten().tolist(), mask.flatten().tolist(), strict=True) if m] for t in tensors]


def in_place(mask, numbers):
    """The numbers where the mask is true, and zeros elsewhere."""
    return torch.zeros(mask.shape, dtype=torch.float64).masked_scatter(mask, torch.tensor(numbers, dtype=torch.float64))


@pytest.mark.parametrize("rows", MASKS)
@pytest.mark.parametrize("clip", [0.1, 0.4])
@pytest.mark.parametrize("std", [0.3, 25.0])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_ppo_loss(rows, clip, std, hidden):
    mask = torch.tensor(rows).bool()
    old, advantages = draw(0) - 100, draw(1)
    logp = old + draw(2, std).clamp(-50, 50)
    given = [x.masked_fill(~mask, hidden) for x in (logp, old, advantages)]
    given[0].requires_grad_()
    loss, stats = SOLUTION.ppo_loss(*given, mask, clip=clip)
    loss.backward()

    tokens = list(zip(*real_ones(mask, logp, old, advantages), strict=True))
    count = max(1, len(tokens))
    losses, others, slopes = [], [], []
    for new, before, a in tokens:
        ratio = math.exp(new - before)
        losses.append(-a * ratio)
        others.append(-a * between(ratio, 1 - clip, 1 + clip))
        slopes.append(-a * ratio / count if losses[-1] >= others[-1] else 0.0)
    wanted = sum(map(max, zip(losses, others, strict=True))) / count if tokens else 0.0
    assert loss.item() == pytest.approx(wanted, rel=1e-11)
    assert float(stats["clip_fraction"]) == pytest.approx(
        sum(b > a for a, b in zip(losses, others, strict=True)) / count
    )
    squares = sum((new - before) ** 2 for new, before, _ in tokens)
    assert float(stats["approx_kl"]) == pytest.approx(squares / 2 / count, rel=1e-11)
    torch.testing.assert_close(given[0].grad, in_place(mask, slopes), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("rows", MASKS)
@pytest.mark.parametrize("clip", [0.1, 0.4])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_value_loss(rows, clip, hidden):
    mask = torch.tensor(rows).bool()
    old, returns = draw(3), draw(4)
    values = old + draw(5, 0.3)
    given = [x.masked_fill(~mask, hidden) for x in (values, old, returns)]
    given[0].requires_grad_()
    loss = SOLUTION.value_loss(*given, mask, clip=clip)
    loss.backward()

    tokens = list(zip(*real_ones(mask, values, old, returns), strict=True))
    count = max(1, len(tokens))
    total, slopes = 0.0, []
    for new, before, wanted in tokens:
        near = between(new, before - clip, before + clip)
        plain, other = (new - wanted) ** 2, (near - wanted) ** 2
        total += max(plain, other)
        slopes.append((new - wanted) / count if plain >= other or near == new else 0.0)
    assert loss.item() == pytest.approx(total / 2 / count, rel=1e-11)
    torch.testing.assert_close(given[0].grad, in_place(mask, slopes), rtol=1e-11, atol=1e-14)


def test_the_first_step():
    """Where the policy is still the old one, the gradient is that of the plain policy gradient."""
    old, advantages, mask = draw(6) - 3, draw(7), torch.ones(3, 4, dtype=torch.bool)
    logp = old.clone().requires_grad_()
    loss, stats = SOLUTION.ppo_loss(logp, old, advantages, mask)
    loss.backward()
    assert {name: float(number) for name, number in stats.items()} == {"clip_fraction": 0, "approx_kl": 0}
    torch.testing.assert_close(logp.grad, -advantages / 12)


@pytest.mark.parametrize(("given", "gives"), recorded("ppo_loss"))
def test_ppo_loss_is_that_of_trl(given, gives):
    loss, stats = SOLUTION.ppo_loss(**given)
    agrees(loss, gives["loss"])
    for name in ("clip_fraction", "approx_kl"):
        agrees(torch.as_tensor(stats[name]).double(), gives[name])


@pytest.mark.parametrize(("given", "gives"), recorded("value_loss"))
def test_value_loss_is_that_of_trl(given, gives):
    agrees(SOLUTION.value_loss(**given), gives)
