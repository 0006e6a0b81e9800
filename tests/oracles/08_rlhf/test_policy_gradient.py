"""The loss in plain Python, its mean gradient against that of the exact expected reward, and the bandit against Sutton and Barto."""

import itertools
import math

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)

MASKS = [
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
    [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]],
    [[0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 0]],
    [[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]],
]


def draw(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("rows", MASKS)
@pytest.mark.parametrize("baseline", [None, 0.7, [0.1, -0.4, 2.0]])
@pytest.mark.parametrize("hidden", [3.0, math.nan, math.inf])
def test_reinforce_loss(rows, baseline, hidden):
    mask = torch.tensor(rows).bool()
    logp, rewards = draw(0, 3, 4).masked_fill(~mask, hidden).requires_grad_(), draw(1, 3).requires_grad_()
    given = torch.tensor(baseline, dtype=torch.float64) if isinstance(baseline, list) else baseline
    loss = SOLUTION.reinforce_loss(logp, rewards, mask, given)
    loss.backward()

    each = baseline if isinstance(baseline, list) else [baseline or 0.0] * 3
    gains = [r - b for r, b in zip(rewards.tolist(), each, strict=True)]
    sums = [sum(x for x, m in zip(*row, strict=True) if m) for row in zip(logp.tolist(), rows, strict=True)]
    assert loss.item() == pytest.approx(-sum(s * g for s, g in zip(sums, gains, strict=True)) / 3, rel=1e-12)
    slopes = [[-g / 3 * m for m in row] for g, row in zip(gains, rows, strict=True)]
    torch.testing.assert_close(logp.grad, torch.tensor(slopes, dtype=torch.float64), rtol=1e-12, atol=1e-15)
    assert rewards.grad is None


@pytest.mark.parametrize("baseline", [None, 1.3])
def test_its_mean_is_the_gradient_of_the_expected_reward(baseline):
    """All answers of two tokens out of three, each weighed by its probability."""
    logits, worth = draw(2, 2, 3).requires_grad_(), draw(3, 3, 3)
    p = logits.softmax(dim=-1)
    (wanted,) = torch.autograd.grad((p[0, :, None] * p[1] * worth).sum(), logits)
    mean = torch.zeros_like(logits)
    for a, b in itertools.product(range(3), repeat=2):
        log_p = logits.log_softmax(dim=-1)
        logp, real = torch.stack([log_p[0, a], log_p[1, b]])[None], torch.ones(1, 2, dtype=torch.bool)
        loss = SOLUTION.reinforce_loss(logp, worth[a, b][None], real, baseline)
        mean -= (p[0, a] * p[1, b]).detach() * torch.autograd.grad(loss, logits)[0]
    torch.testing.assert_close(mean, wanted)


@pytest.mark.parametrize("arms", [[1.0], [0.0, 1.0, 0.5], [-1.0, 2.0], [0.3, 0.3, -2.0, 1.0]])
@pytest.mark.parametrize("seed", range(4))
def test_train_bandit(arms, seed):
    """Sutton and Barto's equation 2.12 without a baseline, in Python's own numbers."""
    generator, preferences = torch.Generator().manual_seed(seed), [0.0] * len(arms)

    def policy():
        weights = [math.exp(h) for h in preferences]
        return [w / sum(weights) for w in weights]

    for _ in range(30):
        p, u = policy(), torch.rand(1, generator=generator).item()
        arm = next((k for k, total in enumerate(itertools.accumulate(p)) if total > u), len(arms) - 1)
        preferences = [h + 0.4 * arms[arm] * ((k == arm) - p[k]) for k, h in enumerate(preferences)]
    ours = SOLUTION.train_bandit(arms, 30, 0.4, seed)
    assert ours.dtype == torch.float32 and ours.tolist() == pytest.approx(policy(), rel=1e-4, abs=1e-6)


def test_what_pays_most_is_found():
    found = [SOLUTION.train_bandit([0.0, 1.0, 0.2], steps=300, lr=0.2, seed=seed) for seed in range(5)]
    assert min(p[1].item() for p in found) > 0.9
