"""The reference of 01_tensors/matmul against torch's own."""

import pytest
import torch

from tests.conftest import reference

matmul = reference(__file__).matmul


def matrices(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize(
    "left, right",
    [
        ((2, 3), (3, 4)),
        ((3, 3), (3, 3)),
        ((1, 3), (3, 1)),
        ((3, 1), (1, 3)),
        ((5, 2, 3), (5, 3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((1, 6, 1, 2, 3), (5, 1, 4, 3, 2)),
        ((2, 0), (0, 3)),
        ((0, 2, 3), (3, 4)),
    ],
)
def test_product(left, right):
    a, b = matrices(*left, seed=1), matrices(*right, seed=2)
    found, expected = matmul(a, b), torch.matmul(a, b)
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
    weights = matrices(*expected.shape, seed=3).detach()
    for ours, theirs in zip(
        torch.autograd.grad((found * weights).sum(), [a, b]),
        torch.autograd.grad((expected * weights).sum(), [a, b]),
        strict=True,
    ):
        assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("left, right", [((2, 3), (2, 3)), ((2, 1), (3, 4)), ((2, 3), (1, 4)), ((5, 2, 3), (5, 2, 3))])
def test_unequal_inner_sizes_are_refused(left, right):
    with pytest.raises(ValueError):
        matmul(matrices(*left, seed=4), matrices(*right, seed=5))
