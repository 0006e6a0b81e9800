"""A classifier against what its weights give in NumPy, and the bar of its grader against 20 seeds and a straight line."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from kata.course import Exercise
from tests.conftest import ROOT, grader_of, reference

SOLUTION = reference(__file__)
BARS = grader_of(Exercise("02_training/gpu_classifier", ROOT)).BARS
SEEDS, CHANCE, DEVIATIONS = 20, {3: 1 / 3, 4: 1 / 4}, 5


def rings(features, classes, seed):
    """300 samples to train on and 300 to be asked, with the share of samples nearer to the origin as their class."""
    x = np.random.default_rng(seed).normal(size=(600, features)).astype(np.float32)
    distances = np.square(x.astype(np.float64)).sum(axis=1)
    nearer = (distances[None] < distances[:, None]).mean(axis=1)
    y = np.floor(nearer * classes).astype(np.int64)
    return torch.from_numpy(x[:300]), torch.from_numpy(y[:300]), torch.from_numpy(x[300:]), y[300:]


def by_hand(model, x):
    """The classes that a layer, a ReLU and a layer give, in float64."""
    first, bias, last, last_bias = (p.detach().double().numpy() for p in model.parameters())
    hidden = np.maximum(x.double().numpy() @ first.T + bias, 0)
    return (hidden @ last.T + last_bias).argmax(axis=1)


def straight(x, y, classes):
    """The best that one linear layer can do against its loss, whose least value is found from anywhere."""
    layer = nn.Linear(x.shape[1], classes)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=50, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        found = nn.functional.cross_entropy(layer(x), y)
        found.backward()
        return found

    optimizer.step(loss)
    return layer


@pytest.mark.parametrize(("features", "classes"), [*itertools.product((2, 3), BARS)])
def test_the_bar(features, classes):
    """The bar is half of the way from chance to the reference, which is never near it; nor is a straight line."""
    right, lines = [], []
    for seed in range(SEEDS):
        x, y, asked, answers = rings(features, classes, seed)
        model = SOLUTION.train_classifier(x, y, classes, "cpu", seed)
        found = SOLUTION.predict(model, asked, "cpu").numpy()
        assert (found == by_hand(model, asked)).all()
        right.append((found == answers).mean())
        if seed < 5:
            lines.append((straight(x, y, classes)(asked).argmax(dim=1).numpy() == answers).mean())
    bar, reached = BARS[classes], np.array(right)
    assert bar == pytest.approx((CHANCE[classes] + reached.mean()) / 2, abs=0.03)
    assert reached.min() - DEVIATIONS * reached.std() > bar > max(lines)


def test_repeated_and_without_a_trace():
    x, y, *_ = rings(2, 3, 0)
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first = SOLUTION.train_classifier(x, y, 3, "cpu", 5)
    assert torch.equal(torch.rand(3), expected)
    second, other = (SOLUTION.train_classifier(x, y, 3, "cpu", seed) for seed in (5, 6))
    pairs = list(zip(first.parameters(), second.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(p, q) and not torch.equal(p, r) for p, q, r in pairs)
    assert torch.equal(x, rings(2, 3, 0)[0])


def test_classes_are_those_of_evaluation_mode():
    model = nn.Sequential(nn.Dropout(0.9), nn.BatchNorm1d(2)).train()
    x = torch.tensor([[0.5, -1.0], [-3.0, -2.0], [1.0, 2.0]])
    found = SOLUTION.predict(model, x, torch.device("cpu"))
    assert found.dtype == torch.int64 and found.tolist() == [0, 1, 1]
