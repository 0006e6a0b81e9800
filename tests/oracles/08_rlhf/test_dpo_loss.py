"""The loss of DPO against plain Python, and its gradient against the formula of the paper."""

import math

import pytest
import torch

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def draw(n, std=3.0):
    generator = torch.Generator().manual_seed(n)
    return [(std * torch.randn(n, generator=generator, dtype=torch.float64)).requires_grad_() for _ in range(4)]


def minus_log_sigmoid(z):
    return math.log1p(math.exp(-z)) if z > 0 else math.log1p(math.exp(z)) - z


@pytest.mark.parametrize("n", [1, 6])
@pytest.mark.parametrize("beta", [0.1, 1.5])
@pytest.mark.parametrize("smoothing", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("std", [3.0, 1e4])
def test_dpo_loss(n, beta, smoothing, std):
    given = draw(n, std)
    loss, margins = SOLUTION.dpo_loss(*given, beta=beta, label_smoothing=smoothing)
    loss.backward()

    rows = list(zip(*(x.tolist() for x in given), strict=True))
    m = [beta * ((pc - rc) - (pr - rr)) for pc, pr, rc, rr in rows]
    losses = [(1 - smoothing) * minus_log_sigmoid(x) + smoothing * minus_log_sigmoid(-x) for x in m]
    assert margins.tolist() == pytest.approx(m, rel=1e-11, abs=1e-12)
    assert loss.item() == pytest.approx(sum(losses) / n, rel=1e-11)
    right = [math.exp(-minus_log_sigmoid(x)) for x in m]
    slopes = [beta * (p - (1 - smoothing)) / n for p in right]
    for x, sign in zip(given, [1, -1, -1, 1], strict=True):
        assert x.grad.tolist() == pytest.approx([sign * s for s in slopes], rel=1e-9, abs=1e-13)


def test_at_the_beginning():
    policy = [x.detach().requires_grad_() for x in draw(3)[:2]]
    loss, margins = SOLUTION.dpo_loss(*policy, *(x.detach() for x in policy))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2)) and not margins.any()
    assert policy[0].grad.tolist() == pytest.approx([-0.1 / 6] * 3)


@pytest.mark.parametrize(("given", "gives"), recorded("dpo_loss"))
def test_dpo_loss_is_that_of_trl(given, gives):
    loss, margins = SOLUTION.dpo_loss(**given)
    agrees(loss, gives["loss"])
    agrees(margins, gives["margins"])
