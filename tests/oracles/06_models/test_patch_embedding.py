"""Patch embedding against torch's convolution, and the order of patches against indices, one number at a time."""

import pytest
import torch
from torch import nn

from tests.conftest import reference

PatchEmbedding = reference(__file__).PatchEmbedding


def made(side, patch, channels, width):
    torch.manual_seed(0)
    images = torch.randn(2, channels, side, side, dtype=torch.float64, requires_grad=True)
    return PatchEmbedding(side, patch, channels, width).double(), images


@pytest.mark.parametrize("sizes", [(6, 2, 3, 5), (8, 4, 1, 3), (9, 3, 3, 3), (5, 5, 2, 4), (4, 1, 2, 3)])
def test_convolution(sizes):
    embedding, images = made(*sizes)
    _, patch, channels, width = sizes
    kernel = embedding.proj.weight.view(width, channels, patch, patch)
    expected = nn.functional.conv2d(images, kernel, embedding.proj.bias, stride=patch).flatten(2).mT
    torch.testing.assert_close(embedding(images), expected, rtol=1e-12, atol=1e-12)
    cotangent = torch.randn_like(expected)
    gradients = [torch.autograd.grad(y, images, cotangent)[0] for y in (embedding(images), expected)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


def test_indices():
    embedding, images = made(6, 2, 3, 12)
    nn.init.eye_(embedding.proj.weight)
    nn.init.zeros_(embedding.proj.bias)
    out, n, p = embedding(images), 3, 2
    for i in range(n):
        for j in range(n):
            for c in range(3):
                for u in range(p):
                    for v in range(p):
                        expected = images[:, c, i * p + u, j * p + v]
                        assert torch.equal(out[:, i * n + j, c * p * p + u * p + v], expected)


def test_refused():
    with pytest.raises(ValueError, match="patches of 3"):
        PatchEmbedding(8, 3, 1, 2)
    with pytest.raises(ValueError, match="should be"):
        PatchEmbedding(8, 2, 1, 2)(torch.zeros(1, 1, 8, 6))
