"""Scalar autograd: each operation, values used more than once, gradients that add up, and what is long or wide."""

import sys

import pytest
import torch

from kata.grading import Case, between, integers, normal

# Python's floats have the 53 bits of float64, whatever the dtype of a run, so they are held to these.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["autograd"], dtypes=["float64"])


def of(build):
    """A scenario: the result of what `build` makes of two values and a number, and the gradients of all three values."""

    def differentiate(impl, a, b, n):
        a, b = impl.Value(a), impl.Value(b)
        result = build(a, b, n)
        result.backward()
        return {"data": result.data, "gradients": [result.grad, a.grad, b.grad]}

    return differentiate


def by_a_short_way_and_a_long_one(a, b, n):
    shared = a * b
    return shared + ((shared + n) * n).exp() ** -0.1 + shared


# None of them makes numbers much larger than the sum of two.
STEPS = [
    lambda a, b, n: a + b,
    lambda a, b, n: a - b,
    lambda a, b, n: a * b / (a * a + b * b + 1),
    lambda a, b, n: (a * a + n) ** 0.5,
    lambda a, b, n: (a + n).relu(),
    lambda a, b, n: (-(a**2)).exp() * b,
    lambda a, b, n: (a * a + n).log() - b,
]


def walk(impl, numbers, shift, steps, places):
    """Make values from numbers, and go on with steps of which each makes one more from two of the last three."""
    values = [impl.Value(number) for number in numbers]
    for step, (one, other) in zip(steps.tolist(), places.tolist(), strict=True):
        values.append(STEPS[step](values[-1 - one], values[-1 - other], shift))
    values[-1].backward()
    return {"data": values[-1].data, "gradients": of_all(values)}


def of_all(values):
    """All gradients in one tensor: where two large ones leave a small sum, the large ones are what to measure by."""
    return torch.tensor([value.grad for value in values], dtype=torch.float64)


def neuron(impl, inputs, weights, bias):
    inputs, weights = [[impl.Value(number) for number in numbers.tolist()] for numbers in (inputs, weights)]
    total = sum((x * w for x, w in zip(inputs, weights, strict=True)), impl.Value(bias))
    (1 / (1 + (-total).exp())).log().backward()
    return of_all([*inputs, *weights])


def twice(impl, a, b):
    a, b = impl.Value(a), impl.Value(b)
    c = a * b
    d = c.exp() + c
    d.backward()
    d.backward()
    return of_all([a, b, c, d])


def two_results(impl, a, b):
    """Of which one is made from the other, and both from a third value."""
    a, b = impl.Value(a), impl.Value(b)
    shared = a * b + a
    one = shared**2
    other = one * shared + b
    one.backward()
    other.backward()
    return of_all([a, b, shared, one, other])


def something_beside(impl, a, b):
    """A value that the result is not made from, and one that was made from the result."""
    a, b = impl.Value(a), impl.Value(b)
    b.grad = 7.0
    result = a**2
    later = result * b
    result.backward()
    return [a.grad, b.grad, result.grad, later.grad, a.data, b.data]


def train(impl, w, b, points):
    """A line fitted to points by gradient descent, whose gradients are set back to 0 by hand."""
    w, b = impl.Value(w), impl.Value(b)
    for _ in range(3):
        loss = sum((w * x + b - y) ** 2 for x, y in points)
        loss.backward()
        for parameter in (w, b):
            parameter.data -= 0.05 * parameter.grad
            parameter.grad = 0.0
    return torch.tensor([w.data, b.data], dtype=torch.float64)


def chain(impl, a, b, length):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)  # as Python has it
    try:
        a, b = impl.Value(a), impl.Value(b)
        result = a
        for _ in range(length):
            result = result + b
        result.backward()
        gradients = [a.grad, b.grad]
        return {"data": result.data, "gradients": gradients, "limit as it was": sys.getrecursionlimit() == 1000}
    finally:
        sys.setrecursionlimit(limit)


def many_ways(impl, a, b, steps):
    a = result = impl.Value(a)
    for _ in range(steps):
        result = result + result * b
    result.backward()
    return a.grad


POSITIVE, NEGATIVE, WHOLE, ANY = between(0.5, 2.0), between(-2.0, -0.5), between(3, 6), between(0.1, 0.9)
PAIR = {"a": POSITIVE, "b": NEGATIVE}
USUAL = {**PAIR, "n": WHOLE}
INPUTS = between(4, 6)
POINTS = [(between(0.5, 1.5), between(-1.0, 1.0)) for _ in range(3)]

OPERATIONS = [
    Case("a + b", of(lambda a, b, n: a + b), **USUAL),
    Case("a * b", of(lambda a, b, n: a * b), **USUAL),
    Case("a - b", of(lambda a, b, n: a - b), **USUAL),
    Case("a / b", of(lambda a, b, n: a / b), **USUAL),
    Case("-a", of(lambda a, b, n: -a), **USUAL),
    Case("a number on the right", of(lambda a, b, n: ((a + n) * n - n) / n), **PAIR, n=ANY),
    Case("a number on the left", of(lambda a, b, n: n / (n - n * (n + a))), **USUAL),
    Case("a power of a negative number", of(lambda a, b, n: b**n), **USUAL),
    Case("a power with an exponent that is not whole", of(lambda a, b, n: a**n), **PAIR, n=ANY),
    Case("powers of zero", of(lambda a, b, n: a * b**1 + b**n), a=POSITIVE, b=0.0, n=WHOLE),
    Case("relu", of(lambda a, b, n: n * a.relu() + b.relu()), **USUAL),
    Case("relu of zero", of(lambda a, b, n: a * b.relu() + b * n), a=POSITIVE, b=0.0, n=WHOLE),
    Case("exp", of(lambda a, b, n: a.exp() * b.exp()), **USUAL),
    Case("log", of(lambda a, b, n: a.log() * b), **USUAL),
    Case("whole numbers", of(lambda a, b, n: a * b / n), a=between(2, 9), b=between(-9, -2), n=WHOLE),
]

GRAPHS = [
    Case("a + a", of(lambda a, b, n: a + a), **USUAL),
    Case("a * a", of(lambda a, b, n: a * a * b), **USUAL),
    Case("a short way and a long one", of(by_a_short_way_and_a_long_one), **PAIR, n=ANY),
    Case(
        "values of which each is made from two of the last three",
        walk,
        numbers=[between(-1.5, 1.5) for _ in range(3)],
        shift=between(1.0, 1.5),
        steps=integers(9, high=len(STEPS)),
        places=integers(9, 2, high=3),
        zeros=False,
    ),
    Case("a neuron", neuron, inputs=normal(INPUTS), weights=normal(INPUTS), bias=ANY, recall=True),
]

SUMS = [
    Case("a second backward", twice, **PAIR),
    Case("two results that share a part", two_results, **PAIR),
    Case("a value beside, and one that was made later", something_beside, **PAIR),
    Case("gradient descent", train, w=ANY, b=ANY, points=POINTS),
]

LARGE = [
    Case("20 000 operations in a row", chain, **PAIR, length=between(19_000, 20_000)),
    Case("fifty forks of the way, one after the other", many_ways, a=POSITIVE, b=ANY, steps=between(45, 50)),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", OPERATIONS, ids=str)
def test_operations(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", GRAPHS, ids=str)
def test_values_used_more_than_once(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SUMS, ids=str)
def test_gradients_add_up(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_long_and_wide(check, case):
    check.values(case.scenario, case)
