"""RMS normalization against torch.nn.RMSNorm, and against exact fractions in half precision."""

import math
from fractions import Fraction

import pytest
import torch
from torch import nn

from tests.conftest import reference

RMSNorm = reference(__file__).RMSNorm


def pair(d_model, eps):
    """The reference and torch's module, with the same weights."""
    ours, theirs = RMSNorm(d_model, eps=eps).double(), nn.RMSNorm(d_model, eps=eps).double()
    for module in (ours, theirs):
        module.weight.data = torch.linspace(-2, 3, d_model, dtype=torch.float64)
    return ours, theirs


def differentiate(module, x):
    x = x.clone().requires_grad_()
    y = module(x)
    slopes = torch.linspace(-1, 2, x.numel(), dtype=x.dtype).view_as(x)
    return [y, *torch.autograd.grad(y, [x, module.weight], slopes)]


@pytest.mark.parametrize("eps", [1e-6, 0.3, 1e-12])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (5, 5), (2, 3, 5), (2, 1, 3, 5), (2, 0, 5), (3, 1)], ids=str)
def test_as_torch(shape, eps):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3 + 2
    ours, theirs = (differentiate(module, x) for module in pair(shape[-1], eps))
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def test_the_default_of_eps():
    x = torch.tensor([1e-3, -2e-3], dtype=torch.float64)
    expected = x / (x.square().mean() + 1e-6).sqrt()
    torch.testing.assert_close(RMSNorm(2).double()(x), expected, rtol=1e-12, atol=0)


def test_zeros():
    ours, theirs = (differentiate(module, torch.zeros(2, 4, dtype=torch.float64)) for module in pair(4, 1e-6))
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)
    assert all(part.isfinite().all() for part in ours)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("numbers", [[3000, 4000], [60_000, -60_000, 8], [300] * 5], ids=str)
def test_half_precision(dtype, numbers):
    x = torch.tensor(numbers, dtype=dtype)
    exact = [Fraction(number) for number in x.tolist()]
    size = math.sqrt(sum(number**2 for number in exact) / len(exact))
    found = RMSNorm(len(numbers)).to(dtype)(x)
    assert found.dtype == dtype
    expected = [float(number) / size for number in exact]
    assert found.tolist() == pytest.approx(expected, rel=2 * torch.finfo(dtype).eps)


def test_a_new_module_is_as_torchs():
    ours, theirs = RMSNorm(3).state_dict(), nn.RMSNorm(3).state_dict()
    assert list(ours) == list(theirs)
    torch.testing.assert_close(dict(ours), dict(theirs), rtol=0, atol=0)
