"""The reference of 02_training/evaluate against plain Python, one sample at a time."""

import math

import pytest
import torch
from torch import nn

from kata.judge.reference import load_module
from tests.conftest import ROOT

PATH = ROOT / "solutions" / "02_training" / "evaluate.py"
evaluate = load_module(PATH.read_text(encoding="utf-8"), str(PATH)).evaluate


def draw(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def cross_entropy(logits, label):
    return math.log(math.fsum(math.exp(logit) for logit in logits)) - logits[label]


@pytest.mark.parametrize("sizes", [(4, 4, 1), (1,), (2, 5), (9,)])
@pytest.mark.parametrize("lazily", [False, True])
def test_loss_and_accuracy(sizes, lazily):
    x, y = draw(sum(sizes), 3, seed=1), torch.arange(sum(sizes)) % 4
    model = nn.Linear(3, 4, dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(draw(4, 3, seed=2))
        model.bias.copy_(draw(4, seed=3))
    batches = list(zip(x.split(sizes), y.split(sizes), strict=True))
    found = evaluate(model, iter(batches) if lazily else batches, nn.CrossEntropyLoss())

    weight, bias = model.weight.tolist(), model.bias.tolist()
    losses, hits = [], []
    for row, label in zip(x.tolist(), y.tolist(), strict=True):
        logits = [sum(w * v for w, v in zip(line, row, strict=True)) + b for line, b in zip(weight, bias, strict=True)]
        losses.append(cross_entropy(logits, label))
        hits.append(max(range(4), key=logits.__getitem__) == label)
    assert found["loss"] == pytest.approx(math.fsum(losses) / len(losses), rel=1e-12)
    assert found["accuracy"] == pytest.approx(sum(hits) / len(hits), rel=1e-15)


def test_evaluation_mode_and_what_is_left():
    """Batch norm uses its running statistics, dropout is off; then all is as it was."""
    x, y = draw(7, 2, seed=4), torch.tensor([0, 1, 0, 1, 1, 0, 0])
    norm = nn.BatchNorm1d(2, dtype=torch.float64)
    norm.running_mean.copy_(draw(2, seed=5))
    norm.running_var.copy_(draw(2, seed=6).abs() + 0.5)
    model = nn.Sequential(nn.Sequential(norm, nn.Dropout(0.9)), nn.Identity()).train()
    norm.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    modes = [module.training for module in model.modules()]

    found = evaluate(model, zip(x.split(3), y.split(3), strict=True), nn.CrossEntropyLoss())

    scaled = (x - before["0.0.running_mean"]) / (before["0.0.running_var"] + 1e-5).sqrt()
    losses = [cross_entropy(row, label) for row, label in zip(scaled.tolist(), y.tolist(), strict=True)]
    assert found["loss"] == pytest.approx(math.fsum(losses) / 7, rel=1e-12)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.is_grad_enabled() and all(p.grad is None and p.requires_grad for p in model.parameters())
