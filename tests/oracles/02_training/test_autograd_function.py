"""The references of autograd_function against torch's own softmax and linear layer, and against small differences."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

SoftmaxFunction, LinearFunction = (getattr(reference(__file__), name) for name in ("SoftmaxFunction", "LinearFunction"))


def draw(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def gradients(y, inputs):
    return torch.autograd.grad(y, inputs, torch.linspace(-1, 2, y.numel(), dtype=y.dtype).view(y.shape))


@pytest.mark.parametrize("shape, dim", [((5,), 0), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1), ((2, 3, 4), -3)])
@pytest.mark.parametrize("scale", [1.0, 10_000.0])
def test_softmax(shape, dim, scale):
    x = draw(*shape, seed=len(shape))
    ours, theirs = SoftmaxFunction.apply(x * scale, dim), F.softmax(x * scale, dim)
    torch.testing.assert_close((ours, gradients(ours, x)), (theirs, gradients(theirs, x)))


@pytest.mark.parametrize("batch", [(), (0,), (5,), (2, 3), (2, 0), (2, 1, 3)])
@pytest.mark.parametrize("with_bias", [True, False])
def test_linear(batch, with_bias):
    x, weight, bias = draw(*batch, 4, seed=0), draw(3, 4, seed=1), draw(3, seed=2) if with_bias else None
    ours, theirs = LinearFunction.apply(x, weight, bias), F.linear(x, weight, bias)
    inputs = [x, weight, bias] if with_bias else [x, weight]
    torch.testing.assert_close((ours, gradients(ours, inputs)), (theirs, gradients(theirs, inputs)))


def test_small_differences():
    x, weight, bias = draw(2, 5, 4, seed=0), draw(3, 4, seed=1), draw(3, seed=2)
    assert torch.autograd.gradcheck(LinearFunction.apply, (x.detach().transpose(0, 1).requires_grad_(), weight, bias))
    assert torch.autograd.gradcheck(lambda x: SoftmaxFunction.apply(x, 1), (x,))


def test_what_needs_no_gradient_has_none():
    for needed in itertools.product([True, False], repeat=3):
        if any(needed):
            shapes = [(5, 4), (3, 4), (3,)]
            inputs = [
                draw(*shape, seed=0).detach().requires_grad_(need) for shape, need in zip(shapes, needed, strict=True)
            ]
            found = LinearFunction.apply(*inputs).grad_fn.apply(torch.ones(5, 3, dtype=torch.float64))
            assert [gradient is not None for gradient in found] == list(needed)
