"""logsumexp and log_softmax against torch."""

import math

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)


def numbers(*shape, seed=0):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 3
    return x.requires_grad_()


def same(one, other):
    torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("keepdim", [False, True])
def test_logsumexp(dim, keepdim):
    x = numbers(2, 1, 4)
    ours, theirs = SOLUTION.logsumexp(x, dim, keepdim), torch.logsumexp(x, dim, keepdim)
    same(ours, theirs)
    weights = numbers(*ours.shape, seed=1).detach()
    same(torch.autograd.grad(ours, x, weights), torch.autograd.grad(theirs, x, weights))


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
def test_log_softmax(dim):
    x = numbers(2, 3, 4)
    ours, theirs = SOLUTION.log_softmax(x, dim), torch.log_softmax(x, dim)
    same(ours, theirs)
    weights = numbers(2, 3, 4, seed=1).detach()
    same(torch.autograd.grad(ours, x, weights), torch.autograd.grad(theirs, x, weights))


def test_infinite_entries():
    x = torch.tensor([[-math.inf, -math.inf], [-math.inf, 1.0], [math.inf, 1.0], [math.inf, -math.inf]])
    assert torch.equal(SOLUTION.logsumexp(x), torch.logsumexp(x, -1))
    assert torch.equal(SOLUTION.log_softmax(x[1:2]), torch.log_softmax(x[1:2], -1))
    assert torch.equal(SOLUTION.log_softmax(x[:1]), x[:1])  # where torch gives NaN


@pytest.mark.parametrize("function", ["logsumexp", "log_softmax"])
def test_gradients_are_finite(function):
    x = torch.tensor([[-math.inf, -math.inf], [-math.inf, 1.0]], requires_grad=True)
    out = getattr(SOLUTION, function)(x)
    (gradient,) = torch.autograd.grad(out, x, torch.ones_like(out))
    assert gradient.isfinite().all()


def test_large_numbers():
    x = torch.tensor([1e4, -1e4, 9999.0])
    assert torch.allclose(SOLUTION.logsumexp(x), torch.logsumexp(x, 0))
    assert torch.allclose(SOLUTION.log_softmax(x), torch.log_softmax(x, 0), atol=1e-3)
