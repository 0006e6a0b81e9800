"""Clipping against torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm before it divides."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

SOLUTION = reference(__file__)
SHAPES = [(3, 4), (4,), (), (2, 3, 2), (0, 5)]


def parameters(dtype, std):
    """Two lists of parameters with the same gradients; one has none."""
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(shape, generator=generator).to(dtype) * std for shape in SHAPES]
    lists = [[nn.Parameter(torch.ones(shape, dtype=dtype)) for shape in [*SHAPES, (2,)]] for _ in range(2)]
    for made in lists:
        for p, gradient in zip(made, gradients, strict=False):
            p.grad = gradient.clone()
    return lists


@pytest.mark.parametrize("max_norm", [0.0, 0.3, 1.0, 5.0, 1e9])
@pytest.mark.parametrize("std", [0.0, 1.0, 1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_as_torch(dtype, std, max_norm):
    ours, theirs = parameters(dtype, std)
    norm = SOLUTION.clip_grad_norm_(iter(ours), max_norm)
    assert norm == pytest.approx(nn.utils.clip_grad_norm_(theirs, max_norm).item(), rel=1e-6)
    for p, q in zip(ours, theirs, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if p.grad is not None:
            torch.testing.assert_close(p.grad, q.grad, rtol=4e-6, atol=0)
