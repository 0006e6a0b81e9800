"""The reference of scalar_autograd against torch's autograd on scalars, on expressions drawn at random."""

import random

import pytest
import torch

from tests.conftest import reference

Value = reference(__file__).Value

OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: 0.5 * (a * b),
    lambda a, b: a / (b * b + 1.5),
    lambda a, b: 1.5 / (1 + a**2) - b,
    lambda a, b: -(a**3) / (2 + a**4) + b,
    lambda a, b: (a + 0.3).relu() + 2,
    lambda a, b: (-a * a).exp(),
    lambda a, b: (a * a + 0.1).log() - 1,
    lambda a, b: (b * b + 1) ** 0.25,
]


def build(make, rng, steps=12):
    values = [make(rng.uniform(-1, 1)) for _ in range(3)]
    for _ in range(steps):
        values.append(rng.choice(OPERATIONS)(rng.choice(values[-4:]), rng.choice(values[-4:])))
    return values


@pytest.mark.parametrize("seed", range(50))
def test_random_expressions(seed):
    ours = build(Value, random.Random(seed))
    theirs = build(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), random.Random(seed))
    for value in theirs:
        value.retain_grad()
    # The first result is a part of the second, and the second is gone back from twice.
    for place in (-3, -1, -1):
        ours[place].backward()
        theirs[place].backward(retain_graph=True)
    for our, their in zip(ours, theirs, strict=True):
        assert our.data == pytest.approx(their.item(), rel=1e-9, abs=1e-9)
        assert our.grad == pytest.approx(0.0 if their.grad is None else their.grad.item(), rel=1e-9, abs=1e-9)


def test_the_corner_of_relu():
    for number in (-1.0, 0.0, 1.0):
        ours, theirs = Value(number), torch.tensor(number, requires_grad=True)
        ours.relu().backward()
        theirs.relu().backward()
        assert ours.grad == theirs.grad.item()


def test_a_long_chain():
    first = last = Value(1.0)
    for _ in range(20_000):
        last = last * 1.0001 + 0.1
    last.backward()
    assert first.grad == pytest.approx(1.0001**20_000)
