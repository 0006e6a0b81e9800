"""The training loop against plain Python: one number at a time, gradients worked out by hand."""

import math

import pytest
import torch
from torch import nn

from tests.conftest import reference

SOLUTION = reference(__file__)


def draw(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def linear_regression(weights, bias, batches, lr, momentum, epochs, max_norm):
    """Gradient descent with momentum on the mean squared error of w·x + b, by the formulas."""
    speed, losses = [0.0] * (len(weights) + 1), []
    for _ in range(epochs):
        squares = []
        for xs, ys in batches:
            errors = [
                sum(w * x for w, x in zip(weights, row, strict=True)) + bias - y for row, y in zip(xs, ys, strict=True)
            ]
            squares += [error**2 for error in errors]
            columns = [*zip(*xs, strict=True), [1.0] * len(xs)]
            gradient = [sum(2 * e * x for e, x in zip(errors, column, strict=True)) / len(xs) for column in columns]
            norm = math.sqrt(sum(g**2 for g in gradient))
            if max_norm is not None and norm > max_norm:
                gradient = [g * max_norm / norm for g in gradient]
            speed = [momentum * v + g for v, g in zip(speed, gradient, strict=True)]
            weights = [w - lr * v for w, v in zip(weights, speed[:-1], strict=True)]
            bias -= lr * speed[-1]
        losses.append(sum(squares) / len(squares))
    return losses, weights, bias


@pytest.mark.parametrize("max_norm", [None, 0.0, 0.5, 3.0, 1e6])
def test_training_loop(max_norm):
    x, y = draw(7, 3, seed=1), draw(7, 1, seed=2) + 2
    model = nn.Linear(3, 1, dtype=torch.float64)
    nn.init.constant_(model.bias, 0.25)
    with torch.no_grad():
        model.weight.copy_(draw(1, 3, seed=3))
    start = model.weight[0].tolist()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    batches = list(zip(x.split(3), y.split(3), strict=True))
    losses = SOLUTION.fit(model, batches, nn.MSELoss(), optimizer, epochs=4, max_norm=max_norm)

    numbers = [(xs.tolist(), ys.flatten().tolist()) for xs, ys in batches]
    expected, weights, bias = linear_regression(start, 0.25, numbers, 0.05, 0.9, 4, max_norm)
    close = {"rel": 1e-5} if max_norm else {"rel": 1e-12}  # torch adds 1e-6 to the norm before it divides by it
    assert losses == pytest.approx(expected, **close)
    assert model.weight[0].tolist() == pytest.approx(weights, **close)
    assert model.bias.item() == pytest.approx(bias, **close)


def test_the_loop_trains_in_training_mode():
    x, y = draw(6, 2, seed=4), draw(6, 2, seed=5)
    model = nn.BatchNorm1d(2, dtype=torch.float64).eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    (loss,) = SOLUTION.fit(model, [(x, y)], nn.MSELoss(), optimizer, epochs=1)
    normalised = (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5).sqrt()
    assert loss == pytest.approx(((normalised - y) ** 2).mean().item(), rel=1e-12)
    assert model.running_mean.tolist() == pytest.approx((0.1 * x.mean(0)).tolist(), rel=1e-12)
