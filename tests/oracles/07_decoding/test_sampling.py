"""The reference of sampling against the warpers of transformers, and where logits are equal, against the definition."""

import itertools
import math

import pytest
import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from tests.conftest import reference

filter_logits = reference(__file__).filter_logits
sample = reference(__file__).sample

KNOBS = list(itertools.product([0.3, 1.0, 2.5], [None, 1, 3, 50], [None, 0.2, 0.7, 0.95]))


def logits(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def warped(x, temperature, k, p):
    warpers = [TemperatureLogitsWarper(temperature)]
    warpers += [TopKLogitsWarper(k)] if k is not None else []
    warpers += [TopPLogitsWarper(p)] if p is not None else []
    for warper in warpers:
        x = warper(None, x)
    return x


def by_definition(row, temperature, k, p):
    """One row, token by token, as the formulas of the statement have it."""
    z = [x / temperature for x in row]
    if k is not None:
        z = [x if sum(other > x for other in z) < k else -math.inf for x in z]
    if p is not None:
        total = sum(math.exp(x) for x in z)
        z = [x if x == max(z) or sum(math.exp(other) for other in z if other > x) / total < p else -math.inf for x in z]
    return z


@pytest.mark.parametrize(("temperature", "k", "p"), KNOBS)
def test_as_transformers_warps(temperature, k, p):
    x = logits(40, 9)
    torch.testing.assert_close(filter_logits(x, temperature, k, p), warped(x, temperature, k, p))


@pytest.mark.parametrize(("temperature", "k", "p"), KNOBS)
def test_equal_logits_share_one_fate(temperature, k, p):
    x = logits(40, 7, seed=1).round()
    x[:, 0] = -math.inf
    expected = torch.tensor([by_definition(row, temperature, k, p) for row in x.tolist()], dtype=torch.float64)
    torch.testing.assert_close(filter_logits(x, temperature, k, p), expected)


def test_temperature_0():
    x = logits(50, 6, seed=2).round()
    left = filter_logits(x, 0, 2, 0.5)
    for row, kept in zip(x.tolist(), left.tolist(), strict=True):
        best = row.index(max(row))
        assert kept == [value if place == best else -math.inf for place, value in enumerate(row)]


def test_draws_come_as_often_as_the_softmax_says():
    x = logits(3, 5, seed=3)
    x[1, 2] = -math.inf
    tokens = sample(x.unsqueeze(1).repeat(1, 200_000, 1), torch.Generator().manual_seed(0))
    shares = torch.stack([row.bincount(minlength=5) for row in tokens]) / 200_000
    torch.testing.assert_close(shares.double(), x.softmax(-1), atol=0.005, rtol=0)
    assert shares[1, 2] == 0


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (0,), (2, 0)])
def test_shapes(shape):
    tokens = sample(logits(*shape, 5), torch.Generator().manual_seed(0))
    assert tokens.shape == shape
    assert tokens.dtype == torch.int64
