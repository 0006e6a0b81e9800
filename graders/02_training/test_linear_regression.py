"""Linear regression: the least-squares solution, of whatever rank the data are, and gradient descent towards it."""

import pytest
import torch

from kata.grading import Case, between, choice, integers, normal

# torch has no linear algebra in half precision. Its optimizers are not asked for, but may be used.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32", "float64"], optimizers=True)


def at_one_go(impl, x, y):
    return impl.fit_closed_form(x, y)


def step_by_step(impl, x, y, lr, steps):
    return impl.fit_gradient_descent(x, y, lr, steps)


def remembers_a_graph(impl, x, y, lr, steps):
    return any(part.requires_grad for part in impl.fit_gradient_descent(x, y, lr, steps))


def with_a_column_twice(x):
    return torch.cat([x, x[:, :1]], dim=1)


def with_a_column_of(number):
    return lambda x: torch.cat([x[:, :1], torch.full_like(x[:, :1], number), x[:, 1:]], dim=1)


def with_a_sum(x):
    """Whole numbers, which float32 adds up exactly, and a column that is the sum of two."""
    return torch.cat([x, x[:, :1] + x[:, 1:2]], dim=1).double()


def line(x, weights, noise):
    """Targets near a line whose weights are of size 2: small ones would be rounded as the large targets are."""
    return x.double() @ (weights + 2 * weights.sign()) + noise + 3


# Many samples a feature, so that no direction is measured much worse than another, and rounding makes no difference.
N, D, MANY = between(24, 32), between(2, 4), between(60, 70)
# By `choice` each is one and the same wherever a case has it.
X, ONE, WHOLE = choice(normal(N, D, mean=0.3)), choice(normal(N, 1)), choice(integers(MANY, D, low=-1, high=2))
SIX = choice(normal(50, 6))
SLOPES, NOISE = normal(D), normal(N, std=0.5)
Y = X.map(line, SLOPES, NOISE)

CLOSED_FORM = [
    Case("more samples than features", x=X, y=Y),
    Case("a single feature", x=ONE, y=ONE.map(line, normal(1), NOISE)),
    Case("a feature that is there twice", x=X.map(with_a_column_twice), y=Y),
    # Its weight is 0 in the end, and on the way a sum of numbers that need not cancel to the last bit.
    Case("a feature that is always 0", x=X.map(with_a_column_of(0.0)), y=Y, zeros=False),
    Case("a feature that is always 1", x=X.map(with_a_column_of(1.0)), y=Y),
    Case(
        "a feature that is the sum of two others",
        x=WHOLE.map(with_a_sum),
        y=WHOLE.map(line, SLOPES, normal(MANY, std=0.5)),
    ),
    Case("fewer samples than features", x=normal(D, 5 * D), y=normal(D, mean=3.0)),
    Case("a single sample", x=normal(1, D), y=normal(1, mean=3.0)),
    Case(
        "seven features, one of them twice",
        x=SIX.map(with_a_column_twice),
        y=SIX.map(line, normal(6), normal(50)),
        recall=True,
    ),
    Case("two samples, thirty features", x=normal(2, N + 10), y=normal(2), recall=True),
]

RATE, STEPS = between(0.02, 0.08), between(4, 8)

DESCENTS = [
    Case("some steps", x=X, y=Y, lr=RATE, steps=STEPS),
    Case("no steps", x=X, y=Y, lr=RATE, steps=0),
    Case("a single feature", x=ONE, y=ONE.map(line, normal(1), NOISE), lr=RATE, steps=STEPS),
    Case("a feature that is there twice", x=X.map(with_a_column_twice), y=Y, lr=RATE, steps=STEPS),
    Case("a single sample", x=normal(1, D), y=normal(1, mean=3.0), lr=RATE, steps=STEPS),
    Case("many steps", x=normal(40, 5), y=normal(40, mean=3.0), lr=RATE, steps=between(30, 40), recall=True),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CLOSED_FORM, ids=str)
def test_closed_form(check, case):
    check.values(at_one_go, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", DESCENTS, ids=str)
def test_gradient_descent(check, case):
    check.values(step_by_step, case)


@pytest.mark.points(1)
def test_nothing_is_remembered(run):
    remembers = run(remembers_a_graph, x=X, y=Y, lr=RATE, steps=2)
    assert not remembers, "the weights and the bias remember how they came about: they require a gradient"
