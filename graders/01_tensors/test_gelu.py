"""GELU, exact and approximate."""

import pytest
import torch

from kata.grading import Case, between, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["gelu"])


def activate(impl, x, approximate):
    return impl.gelu(x, approximate=approximate)


FORMS = ("none", "tanh")


def with_zero_and_a_tail(x):
    # relu and abs have no slope at 0. At -5.5 gelu is 1e-7: nothing in float32, but much in float64.
    x[0, 0, :2] = torch.tensor([0.0, -5.5])
    return x


A, N = between(2, 4), between(2, 5)
NUMBERS = normal(A, 3, N, std=2.0).map(with_zero_and_a_tail)
AROUND_0 = [
    *[Case(f"numbers around 0, {form}", x=NUMBERS, approximate=form, edges=[{A: 1}]) for form in FORMS],
    *[
        Case(f"numbers on five axes, {form}", x=normal(2, 1, 3, 2, 2, std=2.0), approximate=form, recall=True)
        for form in FORMS
    ],
]


def of_all_sizes(x):
    return torch.cat([scale * x for scale in (-1.0, -0.1, -0.01, 0.01, 0.1, 1.0)])


# No float16, as the statement says: it cannot hold the cube of 300, and the gradient of the formula is NaN there.
LARGE = [
    Case(
        f"numbers up to 10 000, {form}",
        x=uniform(between(1, 3), low=3e3, high=1e4).map(of_all_sizes),
        approximate=form,
        dtypes=["float32", "float64", "bfloat16"],
    )
    for form in FORMS
]

NAMES = [Case(f"the name {name}", x=normal(A, N), approximate=name) for name in ("erf", "tanhh", "Tanh")]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", AROUND_0, ids=str)
def test_values(check, case):
    check.values(activate, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", AROUND_0, ids=str)
def test_gradients(check, case):
    check.gradients(activate, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_large_numbers_and_their_gradients(check, case):
    check.gradients(activate, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", NAMES, ids=str)
def test_other_names_are_refused(check, case):
    check.raises(ValueError, activate, case)
