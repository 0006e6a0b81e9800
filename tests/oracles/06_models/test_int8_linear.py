"""int8 against exact fractions: the nearest multiple, the bound on the error, and the round trip."""

from fractions import Fraction

import pytest
import torch
from torch import nn

from tests.conftest import reference

SOLUTION = reference(__file__)


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rows():
    weight = draw(9, 12) * 10.0 ** torch.arange(-4, 5).unsqueeze(1)
    weight[3] = 0.0
    return weight


def test_nearest_multiple():
    weight = rows()
    q, scale = SOLUTION.quantize(weight)
    assert q.dtype == torch.int8 and scale.shape == (9,)
    for row, numbers, step in zip(weight.tolist(), q.tolist(), scale.tolist(), strict=True):
        largest = max(abs(Fraction(x)) for x in row)
        if not largest:
            assert not any(numbers)
            continue
        assert step == pytest.approx(float(largest / 127), rel=1e-15)
        assert numbers == [round(Fraction(x) * 127 / largest) for x in row]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bound_and_round_trip(dtype):
    weight = rows().to(dtype)
    q, scale = SOLUTION.quantize(weight)
    back = q * scale[:, None]
    assert ((back - weight).abs() <= scale[:, None] * 0.50001).all()
    assert torch.equal(SOLUTION.quantize(back)[0], q)
    assert q.abs().max() == 127 and q.min() >= -127


@pytest.mark.parametrize("bias", [True, False])
def test_layer(bias):
    torch.manual_seed(0)
    linear, x = nn.Linear(12, 9, bias=bias, dtype=torch.float64), draw(3, 2, 12, seed=1).requires_grad_()
    layer = SOLUTION.Int8Linear(linear)
    q, scale = SOLUTION.quantize(linear.weight)
    expected = nn.functional.linear(x, q.double() * scale[:, None], linear.bias)
    torch.testing.assert_close(layer(x), expected, rtol=1e-12, atol=1e-12)
    cotangent = draw(3, 2, 9, seed=2)
    gradients = [torch.autograd.grad(y, x, cotangent)[0] for y in (layer(x), expected)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)
    assert not list(layer.parameters())


def test_state_dict_round_trip():
    layers = [SOLUTION.Int8Linear(nn.Linear(4, 3)) for _ in range(2)]
    layers[1].load_state_dict(layers[0].state_dict())
    x = torch.randn(2, 4)
    assert torch.equal(layers[0](x), layers[1](x))
