"""Smoothed targets against torch's kl_div and cross_entropy, and against the formula in plain numbers."""

import math

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

label_smoothing_loss = reference(__file__).label_smoothing_loss


def numbers(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * 2).requires_grad_()


def distribution(target, V, smoothing, pad_id):
    shares = {target: 1 - smoothing, pad_id: 0.0}
    return [shares.get(v, smoothing / (V - 2)) for v in range(V)]


def by_kl_div(logits, target, smoothing, pad_id):
    V = logits.shape[-1]
    rows = [(z, y) for z, y in zip(logits.reshape(-1, V), target.flatten().tolist(), strict=True) if y != pad_id]
    wanted = torch.tensor([distribution(y, V, smoothing, pad_id) for _, y in rows], dtype=torch.float64)
    return F.kl_div(torch.stack([z for z, _ in rows]).log_softmax(-1), wanted, reduction="batchmean")


@pytest.mark.parametrize("pad_id", [0, 2, 4])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 4)], ids=str)
def test_as_kl_div(shape, smoothing, pad_id):
    logits = numbers(*shape, 5)
    target = torch.randint(5, shape, generator=torch.Generator().manual_seed(1))
    target.view(-1)[0], target.view(-1)[-1] = pad_id, (pad_id + 1) % 5
    ours, theirs = (loss(logits, target, smoothing, pad_id) for loss in (label_smoothing_loss, by_kl_div))
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    gradients = [torch.autograd.grad(value, logits)[0] for value in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


def test_without_smoothing_as_cross_entropy():
    logits, target = numbers(4, 5), torch.tensor([1, 0, 4, 2])
    expected = F.cross_entropy(logits, target, ignore_index=0)
    torch.testing.assert_close(label_smoothing_loss(logits, target, smoothing=0.0), expected)


def test_the_default_is_a_tenth():
    logits, target = numbers(4, 5), torch.tensor([1, 3, 4, 2])
    torch.testing.assert_close(label_smoothing_loss(logits, target), label_smoothing_loss(logits, target, 0.1, 0))


def test_0_for_what_is_wanted():
    wanted = torch.tensor([distribution(2, 6, 0.3, 1)], dtype=torch.float64)
    loss = label_smoothing_loss(wanted.log(), torch.tensor([2]), smoothing=0.3, pad_id=1)
    assert loss.item() == pytest.approx(0, abs=1e-15)


def test_large_logits():
    # The third is certain, and the target is the second: minus 20 000 for it, and minus 10 000 for the fourth.
    logits = torch.tensor([[0.0, -1e4, 1e4, 0.0]], dtype=torch.float64)
    q = distribution(1, 4, 0.2, 0)
    expected = sum(p * math.log(p) for p in q if p) + q[1] * 2e4 + q[3] * 1e4
    assert label_smoothing_loss(logits, torch.tensor([1]), 0.2).item() == pytest.approx(expected, rel=1e-14)


def test_padding_does_not_matter():
    logits, target = numbers(3, 5), torch.tensor([1, 0, 2])
    other = logits.detach().clone()
    other[1] = math.nan
    torch.testing.assert_close(label_smoothing_loss(other, target), label_smoothing_loss(logits, target).detach())
    (gradient,) = torch.autograd.grad(label_smoothing_loss(logits, torch.zeros_like(target)), logits)
    assert not gradient.any()
