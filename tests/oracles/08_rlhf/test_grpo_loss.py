"""Advantages against Python's statistics, the loss against a token at a time, and both against what they are for."""

import math
import statistics

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def draw(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("prompts", "size"), [(1, 2), (3, 4), (2, 7)])
@pytest.mark.parametrize("eps", [1e-6, 0.5])
def test_advantages(prompts, size, eps):
    rewards = draw(0, prompts * size)
    normal, plain = [], []
    for start in range(0, prompts * size, size):
        group = rewards[start : start + size].tolist()
        mean, spread = statistics.fmean(group), statistics.stdev(group)
        plain += [reward - mean for reward in group]
        normal += [(reward - mean) / (spread + eps) for reward in group]
    assert SOLUTION.group_advantages(rewards, size, eps).tolist() == pytest.approx(normal, rel=1e-12)
    assert SOLUTION.group_advantages(rewards, size, eps, normalize=False).tolist() == pytest.approx(plain, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("reward", [0.1, 1e6 + 0.3, -7.7])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_equal_rewards_give_nothing(dtype, reward, size):
    for normalize in (True, False):
        found = SOLUTION.group_advantages(torch.full((2 * size,), reward, dtype=dtype), size, normalize=normalize)
        assert found.dtype == dtype and found.eq(0).all()


def test_uneven_groups():
    with pytest.raises(ValueError):
        SOLUTION.group_advantages(torch.zeros(5), 2)


def of_a_token(p, o, q, advantage, clip, beta):
    ratio = math.exp(p) / math.exp(o)
    bounded = max(1 - clip, min(1 + clip, ratio))
    return -min(ratio * advantage, bounded * advantage) + beta * (math.exp(q) / math.exp(p) - (q - p) - 1)


@pytest.mark.parametrize("hidden", [0.5, math.nan, -math.inf])
@pytest.mark.parametrize(("clip", "beta"), [(0.2, 0.04), (0.5, 1.0), (0.1, 0.0)])
def test_loss(hidden, clip, beta):
    mask = torch.tensor([[1, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=torch.bool)
    tensors = [(-1 - draw(seed, 3, 4).abs()).masked_fill(~mask, hidden) for seed in (1, 2, 3)]
    advantages = torch.tensor([0.7, -1.3, 2.0], dtype=torch.float64)
    answers = []
    for b in range(3):
        seen = [t for t in range(4) if mask[b, t]]
        losses = [of_a_token(*(x[b, t].item() for x in tensors), advantages[b].item(), clip, beta) for t in seen]
        answers.append(statistics.fmean(losses) if losses else 0.0)
    found = SOLUTION.grpo_loss(*tensors, advantages, mask, clip, beta)
    assert found.item() == pytest.approx(statistics.fmean(answers), rel=1e-12)


def test_gradient_at_the_beginning_is_that_of_reinforce():
    """Where the policy is the old one and the reference, a token's gradient is its weight times minus the advantage."""
    logp, mask = draw(4, 2, 3).requires_grad_(), torch.tensor([[True, True, False], [True, True, True]])
    advantages = torch.tensor([1.5, -0.5], dtype=torch.float64)
    SOLUTION.grpo_loss(logp, logp.detach(), logp.detach(), advantages, mask).backward()
    expected = [[-1.5 / 4, -1.5 / 4, 0.0], [0.5 / 6, 0.5 / 6, 0.5 / 6]]
    assert logp.grad.tolist() == [pytest.approx(row) for row in expected]


def test_gradient():
    logp, old, ref = (draw(seed, 2, 3) for seed in (5, 6, 7))
    mask = torch.tensor([[True, False, True], [True, True, True]])
    advantages = torch.tensor([1.5, -0.5], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: SOLUTION.grpo_loss(x, old, ref, advantages, mask), logp.requires_grad_())


@pytest.mark.parametrize(("given", "gives"), recorded("grpo_loss"))
def test_grpo_loss_is_that_of_trl(given, gives):
    agrees(SOLUTION.grpo_loss(**given), gives)
