"""cross_entropy against torch, whose vocabulary is axis 1."""

import math

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

SOLUTION = reference(__file__)


def draw(*shape):
    g = torch.Generator().manual_seed(0)
    logits = torch.randn(*shape, 5, generator=g, dtype=torch.float64).requires_grad_()
    return logits, torch.randint(5, shape, generator=g)


def theirs(logits, target, **options):
    return F.cross_entropy(logits.movedim(-1, 1), target, **options)


@pytest.mark.parametrize("shape", [(6,), (2, 3)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("ignore_index", [-100, 0, 99])
def test_cross_entropy(shape, reduction, label_smoothing, ignore_index):
    logits, target = draw(*shape)
    target.view(-1)[[1, 2]] = ignore_index
    options = {"reduction": reduction, "label_smoothing": label_smoothing, "ignore_index": ignore_index}
    ours, wanted = SOLUTION.cross_entropy(logits, target, **options), theirs(logits, target, **options)
    torch.testing.assert_close(ours, wanted, rtol=1e-12, atol=1e-13)
    grads = [torch.autograd.grad(out.sum(), logits)[0] for out in (ours, wanted)]
    torch.testing.assert_close(*grads, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_all_ignored(reduction, label_smoothing):
    logits, target = draw(2, 3)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    ours = SOLUTION.cross_entropy(logits, torch.full_like(target, -100), **options)
    wanted = theirs(logits, torch.full_like(target, -100), **options)
    assert torch.equal(ours.isnan(), wanted.isnan()) and torch.equal(ours.nan_to_num(), wanted.nan_to_num())


def test_extreme_logits():
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 0.0, 1e4], [0.0, -math.inf, 1.0], [math.nan, 0.0, 1.0]])
    target = torch.tensor([1, 2, 0, -100])
    ours, wanted = SOLUTION.cross_entropy(logits, target), theirs(logits, target)
    assert ours.isfinite() and torch.allclose(ours, wanted)


def test_other_reductions():
    with pytest.raises(ValueError, match="reduction"):
        SOLUTION.cross_entropy(*draw(3), reduction="average")
