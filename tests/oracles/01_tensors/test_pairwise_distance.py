"""The reference of 01_tensors/pairwise_distance against `math.dist`, one pair at a time, and against exact fractions."""

import math
from fractions import Fraction

import pytest
import torch

from tests.conftest import reference

pairwise_sq_distance = reference(__file__).pairwise_sq_distance


def points(*shape, seed, std=1.0, mean=0.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64) * std + mean


@pytest.mark.parametrize("n, m, d", [(1, 1, 1), (4, 3, 2), (3, 4, 5), (2, 1, 7)])
def test_distances(n, m, d):
    x, y = points(n, d, seed=1), points(m, d, seed=2)
    found = pairwise_sq_distance(x, y)
    assert found.shape == (n, m)
    expected = [math.dist(a, b) ** 2 for a in x.tolist() for b in y.tolist()]
    assert found.flatten().tolist() == pytest.approx(expected, rel=1e-13)
    assert torch.allclose(found, torch.cdist(x, y).square(), rtol=1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_near_each_other_and_far_from_the_origin(dtype):
    x, y = (points(5, 3, seed=seed, std=0.01, mean=1e4).to(dtype) for seed in (3, 4))
    found = pairwise_sq_distance(x, y)
    for i, a in enumerate(x.tolist()):
        for j, b in enumerate(y.tolist()):
            exact = sum((Fraction(p) - Fraction(q)) ** 2 for p, q in zip(a, b, strict=True))
            assert found[i, j].item() == pytest.approx(float(exact), rel=8 * torch.finfo(dtype).eps)
    assert pairwise_sq_distance(x, x).diagonal().eq(0).all()


def test_gradients():
    x, y = points(3, 2, seed=5).requires_grad_(), points(4, 2, seed=6).requires_grad_()
    weights = points(3, 4, seed=7)
    (pairwise_sq_distance(x, y) * weights).sum().backward()
    for i in range(3):
        by_hand = sum(2 * weights[i, j] * (x[i] - y[j]) for j in range(4))
        assert torch.allclose(x.grad[i], by_hand, rtol=1e-12)
    for j in range(4):
        by_hand = sum(2 * weights[i, j] * (y[j] - x[i]) for i in range(3))
        assert torch.allclose(y.grad[j], by_hand, rtol=1e-12)
    assert torch.autograd.gradcheck(pairwise_sq_distance, (x, x.detach().clone().requires_grad_()))
