"""The references of 01_tensors/relu against torch's own."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

rectifiers = reference(__file__)

INF, NAN = float("inf"), float("nan")
NUMBERS = [[-2.0, -1e-30, -0.0, 0.0], [1e-30, 3.0, INF, -INF], [NAN, 1e30, -1e30, 0.0]]
DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]


def compare(ours, theirs, dtype):
    x = torch.tensor(NUMBERS, dtype=dtype, requires_grad=True)
    found, expected = ours(x), theirs(x)
    assert found.dtype == dtype
    assert torch.equal(found.nan_to_num(nan=77.0), expected.nan_to_num(nan=77.0))
    weights = torch.arange(1.0, 13.0).reshape(3, 4).to(dtype)
    gradients = [torch.autograd.grad(y, x, weights)[0] for y in (found, expected)]
    number = ~x.isnan()  # nobody needs a slope at NaN
    assert torch.equal(gradients[0][number], gradients[1][number])


@pytest.mark.parametrize("dtype", DTYPES)
def test_relu(dtype):
    compare(rectifiers.relu, torch.relu, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("slope", [0.01, 0.25, 1.0, 2.0, -1.0])
def test_leaky_relu(dtype, slope):
    compare(lambda x: rectifiers.leaky_relu(x, slope), lambda x: F.leaky_relu(x, slope), dtype)


def test_the_default_slope_and_a_slope_of_0():
    x = torch.tensor([-3.0, 0.0, 2.0], dtype=torch.float64)
    assert torch.equal(rectifiers.leaky_relu(x), F.leaky_relu(x))
    assert torch.equal(rectifiers.leaky_relu(x, 0.0), rectifiers.relu(x))
