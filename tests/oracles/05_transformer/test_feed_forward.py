"""The feed-forward network against the one in torch.nn.TransformerEncoderLayer, and dropout against its expectation."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

FeedForward = reference(__file__).FeedForward


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def pair(d_model, d_ff, dropout=0.0):
    """The reference, and a layer of torch's whose feed-forward network has the same weights."""
    torch.manual_seed(0)
    theirs = nn.TransformerEncoderLayer(d_model, 1, d_ff, dropout, dtype=torch.float64)
    ours = FeedForward(d_model, d_ff, dropout).double()
    ours.up.load_state_dict(theirs.linear1.state_dict())
    ours.down.load_state_dict(theirs.linear2.state_dict())
    return ours, theirs


def by_torch(layer, x):
    layer.dropout2.p = 0.0  # which belongs to the layer around the network
    return layer._ff_block(x)


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 5), (2, 0, 5)], ids=str)
def test_as_torch(shape):
    ours, theirs = pair(5, 7)
    found = []
    for module, apply in ((ours, ours), (theirs, lambda x: by_torch(theirs, x))):
        x = numbers(*shape).requires_grad_()
        y = apply(x)
        layers = [module.up, module.down] if module is ours else [module.linear1, module.linear2]
        by = [x, *(p for layer in layers for p in layer.parameters())]
        found.append([y, *torch.autograd.grad(y, by, numbers(*shape, seed=1))])
    torch.testing.assert_close(*found, rtol=1e-12, atol=1e-12)


def test_the_same_numbers_are_dropped_as_by_torch():
    ours, theirs = pair(5, 7, dropout=0.3)
    x = numbers(2, 3, 5)
    torch.manual_seed(3)
    found = ours(x)
    torch.manual_seed(3)
    torch.testing.assert_close(found, by_torch(theirs, x), rtol=1e-12, atol=1e-12)
    assert not torch.equal(found, ours.eval()(x))


def test_nothing_is_lost_on_average():
    # A result is linear in what is between the layers, so its mean is the result without dropout.
    ours, _ = pair(5, 7, dropout=0.5)
    x = numbers(5).expand(100_000, 5)
    torch.manual_seed(0)
    torch.testing.assert_close(ours(x).mean(0), ours.eval()(x[0]), rtol=0, atol=0.02)
