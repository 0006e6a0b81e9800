"""Layer normalization against torch.nn.LayerNorm, and against exact fractions far from 0."""

import math
from fractions import Fraction

import pytest
import torch
from torch import nn

from tests.conftest import reference

LayerNorm = reference(__file__).LayerNorm


def pair(d_model, **options):
    """The reference and torch's module, with the same weights."""
    ours, theirs = LayerNorm(d_model, **options).double(), nn.LayerNorm(d_model, **options).double()
    for module in (ours, theirs):
        module.weight.data = torch.linspace(-2, 3, d_model, dtype=torch.float64)
        module.bias.data = torch.linspace(1, -4, d_model, dtype=torch.float64)
    return ours, theirs


def differentiate(module, x):
    x = x.clone().requires_grad_()
    y = module(x)
    slopes = torch.linspace(-1, 2, x.numel(), dtype=x.dtype).view_as(x)
    return [y, *torch.autograd.grad(y, [x, module.weight, module.bias], slopes)]


@pytest.mark.parametrize("options", [{}, {"eps": 0.3}, {"eps": 1e-12}], ids=str)
@pytest.mark.parametrize("shape", [(5,), (4, 5), (5, 5), (2, 3, 5), (2, 1, 3, 5), (2, 0, 5), (3, 1)], ids=str)
def test_as_torch(shape, options):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3 + 2
    ours, theirs = (differentiate(module, x) for module in pair(shape[-1], **options))
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def test_equal_numbers():
    x = torch.tensor([[3.0] * 4, [-7.0] * 4], dtype=torch.float64)
    ours, theirs = (differentiate(module, x) for module in pair(4))
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)
    assert all(part.isfinite().all() for part in ours)


@pytest.mark.parametrize("numbers", [[10_000, 10_001, 9_997, 10_002], [-9_999, -10_003, -10_000, -9_994]], ids=str)
def test_far_from_0(numbers):
    mean = Fraction(sum(numbers), len(numbers))
    variance = sum((x - mean) ** 2 for x in numbers) / len(numbers)
    expected = [float(x - mean) / math.sqrt(float(variance) + 1e-5) for x in numbers]
    assert LayerNorm(4)(torch.tensor(numbers).float()).tolist() == pytest.approx(expected, rel=1e-6)


def test_a_new_module_is_as_torchs():
    ours, theirs = LayerNorm(3).state_dict(), nn.LayerNorm(3).state_dict()
    assert list(ours) == list(theirs)
    torch.testing.assert_close(dict(ours), dict(theirs), rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_the_dtype_stays(dtype):
    module = LayerNorm(4).to(dtype)
    assert module(torch.randn(2, 4).to(dtype)).dtype == dtype
