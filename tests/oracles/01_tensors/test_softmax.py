"""Softmax against torch, and against the formula in decimal numbers of 50 digits."""

import math
from decimal import Decimal, localcontext

import pytest
import torch

from tests.conftest import reference

softmax = reference(__file__).softmax


def numbers(*shape, seed=0):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 3
    return x.requires_grad_()


def same(one, other):
    torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


def by_the_formula(row):
    """Each exponential over their sum, as it is written down: decimal numbers do not overflow."""
    with localcontext() as context:
        context.prec = 50
        powers = [Decimal(x).exp() for x in row]
        return [float(power / sum(powers)) for power in powers]


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
def test_each_axis(dim):
    x, cotangent = numbers(2, 3, 4), numbers(2, 3, 4, seed=1).detach()
    ours, theirs = softmax(x, dim), torch.softmax(x, dim)
    same(ours, theirs)
    same(torch.autograd.grad(ours, x, cotangent), torch.autograd.grad(theirs, x, cotangent))


@pytest.mark.parametrize("shape", [(5,), (3, 1), (2, 0, 4)])
def test_the_last_axis_by_default(shape):
    x = numbers(*shape)
    same(softmax(x), torch.softmax(x, -1))


@pytest.mark.parametrize(
    "row", [[0.0, 0.0, math.log(2)], [1e4, 9999.0, -1e4], [-1e4, -1e4 - 0.5], [700.0, 710.0, 720.0]]
)
def test_large_numbers(row):
    x = torch.tensor(row, dtype=torch.float64)
    assert softmax(x).tolist() == pytest.approx(by_the_formula(row), rel=1e-13, abs=0)


def test_masked_entries():
    x = numbers(3, 4).detach()
    x[0, 1] = x[1, :3] = -math.inf
    assert softmax(x)[0, 1] == 0 and softmax(x)[1].tolist() == [0, 0, 0, 1]
    same(softmax(x), torch.softmax(x, -1))


def test_a_row_with_nothing_to_choose_from():
    x = numbers(3, 4)
    masked = x.masked_fill(torch.tensor([[False], [True], [False]]), -math.inf)
    out = softmax(masked)
    assert not out[1].any()  # where torch gives NaN
    same(out[[0, 2]], torch.softmax(x[[0, 2]], -1))
    (gradient,) = torch.autograd.grad(out, x, numbers(3, 4, seed=1).detach())
    assert not gradient[1].any() and gradient.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_the_dtype_stays(dtype):
    assert softmax(numbers(2, 3).to(dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool])
def test_whole_numbers_are_refused(dtype):
    with pytest.raises(TypeError):
        softmax(torch.ones(2, 3, dtype=dtype))
