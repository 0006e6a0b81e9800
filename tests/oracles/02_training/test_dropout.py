"""Dropout against torch.nn.Dropout: the same where nothing is drawn, and in the long run where something is."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

Dropout = reference(__file__).Dropout
SHAPES = [(), (0, 3), (7,), (3, 5), (2, 3, 4, 5)]


def gave(module, x):
    """The result and its gradient."""
    x = x.clone().requires_grad_()
    y = module(x)
    return y, torch.autograd.grad(y.sum(), x)[0]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("p, training", [(0.0, True), (1.0, True), (0.0, False), (0.3, False), (1.0, False)], ids=str)
def test_as_torch_where_nothing_is_drawn(p, training, shape, dtype):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    ours, theirs = gave(Dropout(p).train(training), x), gave(nn.Dropout(p).train(training), x)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.7])
def test_as_torch_in_the_long_run(p):
    torch.manual_seed(0)
    x = torch.rand(500, 400, dtype=torch.float64) + 1
    sizes = []
    for module in (Dropout(p), nn.Dropout(p)):
        y, slope = gave(module, x)
        kept = y != 0
        torch.testing.assert_close(y, kept * x / (1 - p), rtol=1e-12, atol=0)
        torch.testing.assert_close(slope, kept.double() / (1 - p), rtol=1e-12, atol=0)
        torch.testing.assert_close(
            kept.double().mean().item(), 1 - p, rtol=0, atol=5 * (p * (1 - p) / x.numel()) ** 0.5
        )
        sizes.append(
            [kept.double().mean(axis).var().item() for axis in (0, 1)]
        )  # of rows and columns: no more than chance
    torch.testing.assert_close(*sizes, rtol=0.4, atol=0)


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_as_torch_refuses(p):
    for module in (Dropout, nn.Dropout):
        with pytest.raises(ValueError):
            module(p)
