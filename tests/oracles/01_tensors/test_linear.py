"""The reference of 01_tensors/linear against torch's own."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

linear = reference(__file__).linear


def numbers(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize("leading", [(), (1,), (4,), (0,), (2, 3), (2, 0), (2, 1, 3, 1)])
@pytest.mark.parametrize("out", [1, 3, 5])
@pytest.mark.parametrize("with_bias", [True, False])
def test_as_torch(leading, out, with_bias):
    inputs = [numbers(*leading, 3, seed=1), numbers(out, 3, seed=2)] + [numbers(out, seed=3)] * with_bias
    found, expected = linear(*inputs), F.linear(*inputs)
    assert found.shape == expected.shape == (*leading, out)
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
    weights = numbers(*leading, out, seed=4).detach()
    for ours, theirs in zip(
        torch.autograd.grad(found, inputs, weights), torch.autograd.grad(expected, inputs, weights), strict=True
    ):
        assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)
