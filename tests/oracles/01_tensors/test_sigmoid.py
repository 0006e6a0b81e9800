"""The reference of 01_tensors/sigmoid against torch's own, and against `decimal` with 60 digits."""

from decimal import Decimal, localcontext

import pytest
import torch

from tests.conftest import reference

sigmoid = reference(__file__).sigmoid

NUMBERS = [0.0, -0.0, 1e-9, -1e-9, 0.5, -0.5, 3.0, -3.0, 30.0, -30.0, 88.0, -88.0, 500.0, -500.0, 1e4, -1e4]


def exact(x):
    """σ and its slope σ(x) σ(-x)."""
    with localcontext() as context:
        context.prec = 60
        value = 1 / (1 + (-Decimal(x)).exp())
        return float(value), float(value / (1 + Decimal(x).exp()))


@pytest.mark.parametrize("dtype, close", [(torch.float64, 1e-14), (torch.float32, 1e-6), (torch.bfloat16, 2e-2)])
def test_value_and_slope(dtype, close):
    x = torch.tensor(NUMBERS, dtype=dtype, requires_grad=True)
    y = sigmoid(x)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == dtype
    for number, value, slope in zip(x.tolist(), y.tolist(), x.grad.tolist(), strict=True):
        expected, steepness = exact(number)
        assert value == pytest.approx(expected, rel=close, abs=1e-38)
        assert slope == pytest.approx(steepness, rel=2 * close, abs=1e-38)


def test_as_torch():
    x = torch.linspace(-40, 40, 401, dtype=torch.float64).reshape(401, 1, 1)
    assert torch.allclose(sigmoid(x), torch.sigmoid(x), rtol=1e-14)
    assert sigmoid(torch.tensor([float("inf"), -float("inf")])).tolist() == [1.0, 0.0]
    assert torch.autograd.gradcheck(sigmoid, x[:, 0, 0].clone().requires_grad_())
