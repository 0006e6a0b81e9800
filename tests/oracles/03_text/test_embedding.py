"""A table of vectors against torch.nn.Embedding: what it begins with, what it gives, and its gradients."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

Embedding = reference(__file__).Embedding
IDS = [[1, 0, 4, 1, 1], [[2, 4], [0, 3]], 4, [[[0], [1]]], [[], []]]


@pytest.mark.parametrize("padding_idx", [None, 0, 2, 4, -1, -5])
@pytest.mark.parametrize("ids", IDS, ids=str)
def test_as_torch(ids, padding_idx):
    ids, found = torch.tensor(ids, dtype=torch.int64), []
    for kind in (Embedding, nn.Embedding):
        torch.manual_seed(0)
        module = kind(5, 3, padding_idx)
        vectors = module(ids)
        slopes = torch.linspace(-1, 2, vectors.numel()).view_as(vectors)
        (vectors * slopes).sum().backward()
        found.append([vectors, module.weight.grad, dict(module.state_dict())])
    torch.testing.assert_close(*found, rtol=0, atol=1e-6)


@pytest.mark.parametrize("padding_idx", [None, 3])
def test_trained_as_torch(padding_idx):
    """Momentum and weight decay move what has a gradient, and leave a row of zeros alone."""
    ids, found = torch.tensor([[3, 1, 1], [0, 3, 3]]), []
    for kind in (Embedding, nn.Embedding):
        torch.manual_seed(1)
        module = kind(5, 3, padding_idx)
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
        for _ in range(5):
            optimizer.zero_grad()
            (module(ids) - 1).square().sum().backward()
            optimizer.step()
        found.append(module.weight)
    torch.testing.assert_close(*found)
    assert padding_idx is None or not found[0][padding_idx].any()


@pytest.mark.parametrize("padding_idx", [5, -6, 100])
def test_refuses_what_torch_refuses(padding_idx):
    with pytest.raises(ValueError):
        Embedding(5, 3, padding_idx)
    with pytest.raises(AssertionError):
        nn.Embedding(5, 3, padding_idx)
