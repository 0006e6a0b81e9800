"""log_probs against plain Python, one number at a time, and against torch's distributions."""

import math

import pytest
import torch
from torch.distributions import Categorical

from tests.conftest import reference
from tests.oracles.trl import agrees, recorded

SOLUTION = reference(__file__)


def numbers(*shape, seed=0, std=2.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64) * std


def probabilities(row):
    """The softmax of a list of logits."""
    weights = [math.exp(z - max(row)) for z in row]
    return [w / sum(weights) for w in weights]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 5), (4, 1, 7)])
def test_token_log_probs(shape):
    logits = numbers(*shape, seed=1).requires_grad_()
    labels = torch.randint(shape[-1], shape[:2], generator=torch.Generator().manual_seed(2))
    result = SOLUTION.token_log_probs(logits, labels)
    result.sum().backward()

    for b, t in [(b, t) for b in range(shape[0]) for t in range(shape[1])]:
        p, label = probabilities(logits[b, t].tolist()), labels[b, t].item()
        assert result[b, t].item() == pytest.approx(math.log(p[label]), rel=1e-12, abs=1e-15)
        slope = [(v == label) - q for v, q in enumerate(p)]
        assert logits.grad[b, t].tolist() == pytest.approx(slope, rel=1e-11, abs=1e-14)
    torch.testing.assert_close(result, Categorical(logits=logits).log_prob(labels), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shape", [(1,), (6,), (2, 3, 5)])
@pytest.mark.parametrize("ruled_out", [0, 1])
def test_entropy(shape, ruled_out):
    logits = numbers(*shape, seed=3)
    if ruled_out and shape[-1] > 1:
        logits[..., 0] = -math.inf
    logits.requires_grad_()
    result = SOLUTION.entropy(logits)
    result.sum().backward()

    rows = logits.detach().reshape(-1, shape[-1]).tolist()
    for row, got, gradient in zip(rows, result.flatten(), logits.grad.reshape(-1, shape[-1]), strict=True):
        p = probabilities(row)
        h = -sum(q * math.log(q) for q in p if q)
        assert got.item() == pytest.approx(h, rel=1e-12, abs=1e-15)
        slope = [-q * (math.log(q) + h) if q else 0.0 for q in p]
        assert gradient.tolist() == pytest.approx(slope, rel=1e-11, abs=1e-14)


def test_far_apart():
    logits = torch.tensor([[[1e4, 0.0, -1e4], [0.0, -math.inf, 1e4]]])
    assert SOLUTION.token_log_probs(logits, torch.tensor([[2, 0]])).tolist() == [[-2e4, -1e4]]
    assert SOLUTION.entropy(logits).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(("given", "gives"), recorded("token_log_probs"))
def test_token_log_probs_is_that_of_trl(given, gives):
    agrees(SOLUTION.token_log_probs(**given), gives)


@pytest.mark.parametrize(("given", "gives"), recorded("entropy"))
def test_entropy_is_that_of_trl(given, gives):
    agrees(SOLUTION.entropy(**given), gives)
