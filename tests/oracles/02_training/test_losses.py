"""The references of 02_training/losses against torch's own, and against the formulas in exact numbers of Python."""

import math

import pytest
import torch
import torch.nn.functional as F

from kata.judge.reference import load_module
from tests.conftest import ROOT

PATH = ROOT / "solutions" / "02_training" / "losses.py"
losses = load_module(PATH.read_text(encoding="utf-8"), str(PATH))

SHAPES = [(), (5,), (3, 4), (2, 3, 4), (0, 4)]


def draw(*shape, seed, share=False):
    generator = torch.Generator().manual_seed(seed)
    numbers = (torch.rand if share else torch.randn)(shape, generator=generator, dtype=torch.float64)
    return numbers.requires_grad_()


def agree(ours, theirs, inputs):
    """The results are the same, and so are the gradients by the inputs."""
    assert torch.allclose(ours, theirs, rtol=1e-12, equal_nan=True)
    weights = torch.linspace(1, 2, ours.numel(), dtype=ours.dtype).view_as(ours)
    for mine, torchs in zip(
        torch.autograd.grad((ours * weights).sum(), inputs),
        torch.autograd.grad((theirs * weights).sum(), inputs),
        strict=True,
    ):
        assert torch.allclose(mine, torchs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_mse_loss(shape, reduction):
    pred, target = draw(*shape, seed=1), draw(*shape, seed=2)
    ours = losses.mse_loss(pred, target, reduction)
    agree(ours, F.mse_loss(pred, target, reduction=reduction), [pred, target])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("weights", [None, (), (1,)])
def test_bce_with_logits(shape, weights):
    logits, target = draw(*shape, seed=3), draw(*shape, seed=4, share=True)
    size = shape[-1:] if weights == (1,) else weights
    pos_weight = None if size is None else draw(*size, seed=5, share=True).detach()  # torch has no gradient by it
    ours = losses.bce_with_logits(logits, target, pos_weight)
    agree(ours, F.binary_cross_entropy_with_logits(logits, target, pos_weight=pos_weight), [logits, target])


@pytest.mark.parametrize("z", [-10000.0, -30.0, -1.5, 0.0, 0.25, 20.0, 36.0, 10000.0])
@pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("w", [1.0, 3.0])
def test_bce_of_one_number(z, y, w):
    softplus = max(z, 0.0) + math.log1p(math.exp(-abs(z)))
    softplus_of_minus_z = max(-z, 0.0) + math.log1p(math.exp(-abs(z)))
    sigmoid = math.exp(min(z, 0.0)) / (1 + math.exp(-abs(z)))
    sigmoid_of_minus_z = math.exp(min(-z, 0.0)) / (1 + math.exp(-abs(z)))
    logits = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    loss = losses.bce_with_logits(logits, torch.tensor(y, dtype=torch.float64), weight)
    assert loss.item() == pytest.approx(w * y * softplus_of_minus_z + (1 - y) * softplus, rel=1e-12)
    loss.backward()
    assert logits.grad.item() == pytest.approx((1 - y) * sigmoid - w * y * sigmoid_of_minus_z, rel=1e-12, abs=1e-300)
    assert weight.grad.item() == pytest.approx(y * softplus_of_minus_z, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("one, other", [((3, 1), (3,)), ((3,), ()), ((2, 3), (3, 2)), ((2, 3), (3,))])
def test_other_shapes_are_refused(one, other):
    for loss in (losses.mse_loss, losses.bce_with_logits):
        with pytest.raises(ValueError):
            loss(torch.zeros(one), torch.zeros(other))
