"""The loss of skip-gram against torch's binary cross-entropy, and against the formula in plain Python."""

import math

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

skipgram_loss = reference(__file__).skipgram_loss
SIZES = [(5, 3, 4), (1, 1, 1), (2, 0, 3), (3, 3, 3), (1, 6, 2)]


def drawn(N, K, D, std=1.0):
    g = torch.Generator().manual_seed(N * 100 + K * 10 + D)
    shapes = (N, D), (N, D), (N, K, D)
    return [(torch.randn(shape, generator=g, dtype=torch.float64) * std).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("std", [0.0, 1.0, 80.0])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_as_torchs_cross_entropy(sizes, std):
    """In float64, of labels: a yes for each real pair, a no for each negative."""
    center, context, negatives = tensors = drawn(*sizes, std)
    logits = torch.cat(
        [torch.einsum("nd,nd->n", center, context), torch.einsum("nd,nkd->nk", center, negatives).flatten()]
    )
    labels = (torch.arange(len(logits)) < len(center)).double()
    theirs = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum") / len(center)
    ours = skipgram_loss(center, context, negatives)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    found = [torch.autograd.grad(loss, tensors) for loss in (ours, theirs)]
    torch.testing.assert_close(*found, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_by_the_formula(sizes):
    center, context, negatives = (x.tolist() for x in drawn(*sizes))
    total = 0.0
    for v, u, others in zip(center, context, negatives, strict=True):
        total += math.log(1 + math.exp(-sum(a * b for a, b in zip(v, u, strict=True))))
        total += sum(math.log(1 + math.exp(sum(a * b for a, b in zip(v, w, strict=True)))) for w in others)
    assert math.isclose(skipgram_loss(*drawn(*sizes)).item(), total / len(center), rel_tol=1e-12)
