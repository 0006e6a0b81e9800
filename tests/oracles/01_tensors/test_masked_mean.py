"""The reference of 01_tensors/masked_mean against plain Python: the numbers that count, collected in lists."""

import itertools
import math

import pytest
import torch

from tests.conftest import reference

masked_mean = reference(__file__).masked_mean

SHAPE = (3, 4, 2)


def collected(x, mask, dim):
    """For each place of the result, the places of `x` that count towards it."""
    axes = range(3) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = {axis % 3 for axis in axes}
    lists = {}
    for place in itertools.product(*map(range, SHAPE)):
        left = tuple(index for axis, index in enumerate(place) if axis not in gone)
        lists.setdefault(left, []).extend([place] if mask.expand(SHAPE)[place] else [])
    return lists


@pytest.mark.parametrize("dim", [None, 0, 1, 2, -1, -3, (0,), (0, 1), (2, 0), (-1, 1), (0, 1, 2)])
@pytest.mark.parametrize("shape", [SHAPE, (3, 4, 1), (4, 1), (4, 2), (2,), (1, 4, 1)])
@pytest.mark.parametrize("filling", [0.0, math.nan, math.inf])
def test_mean_and_gradient(dim, shape, filling):
    generator = torch.Generator().manual_seed(len(shape))
    mask = torch.rand(shape, generator=generator) < 0.5
    if len(shape) > 1:
        mask[..., 0, :] = False  # some places are left with nothing
    x = torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    x = x.masked_fill(~mask, filling).requires_grad_()
    found = masked_mean(x, mask, dim)
    weights = torch.randn(found.shape, generator=generator, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(found, x, weights)

    expected = torch.zeros(SHAPE, dtype=torch.float64)
    for left, places in collected(x, mask, dim).items():
        mean = math.fsum(x[place].item() for place in places) / max(len(places), 1)
        assert found[left].item() == pytest.approx(mean, rel=1e-13, abs=1e-15)
        for place in places:
            expected[place] = weights[left] / len(places)
    assert torch.allclose(gradient, expected, rtol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_dtype_and_nan(dtype):
    x = torch.tensor([[1.0, 2.0, math.nan], [math.nan, 5.0, 7.0]], dtype=dtype)
    mask = torch.tensor([[True, True, False], [True, True, False]])
    rows, everything = masked_mean(x, mask, dim=1), masked_mean(x, mask)
    assert rows.dtype == everything.dtype == dtype
    assert rows[0].item() == 1.5
    assert rows[1].isnan() and everything.isnan()
    assert masked_mean(x, torch.zeros_like(mask)).item() == 0
