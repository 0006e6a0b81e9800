"""Operations of one's own: results and gradients, what needs no gradient, and what is changed in between."""

import itertools

import pytest
import torch

from kata.grading import Case, between, integers, normal

# In half precision no promise is made: the sums over rows are as long as one likes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["softmax"], dtypes=["float32", "float64"])


def softmax(impl, x, dim):
    return impl.SoftmaxFunction.apply(x, dim)


def softmax_turned(impl, x, dim):
    """The gradient that comes back is not contiguous."""
    return impl.SoftmaxFunction.apply(x, dim).transpose(0, 1)


def linear(impl, x, weight, bias=None):
    return impl.LinearFunction.apply(x, weight, bias)


def linear_turned(impl, x, weight, bias):
    return impl.LinearFunction.apply(x, weight, bias).transpose(0, 1)


def passes_gradcheck(impl, x, weight, bias, dim):
    x, weight, bias = (tensor.detach().requires_grad_() for tensor in (x, weight, bias))
    return [
        torch.autograd.gradcheck(lambda x: impl.SoftmaxFunction.apply(x, dim), [x]),
        torch.autograd.gradcheck(impl.LinearFunction.apply, [x, weight, bias]),
    ]


def backward_of(impl, x, dim, grad_out):
    """What the `backward` of a softmax itself gives, and what it leaves of its argument."""
    y = impl.SoftmaxFunction.apply(x.detach().requires_grad_(), dim)
    return {"gradients": y.grad_fn.apply(grad_out), "grad_out": grad_out}


def for_each_choice(impl, x, weight, bias, grad_out):
    """What the `backward` of a layer itself gives, for each choice of what needs a gradient."""
    found = {}
    for needed in itertools.product([True, False], repeat=3):
        if any(needed):
            given = [t.detach().requires_grad_(need) for t, need in zip((x, weight, bias), needed, strict=True)]
            y = impl.LinearFunction.apply(*given)  # as long as it is there, what was saved for it is
            found[str(needed)] = y.grad_fn.apply(grad_out)
    return {**found, "grad_out": grad_out}


def changed_in_between(impl, x, weight, grad_out, which):
    """Whether `backward` raises, or is right all the same, after x or the weight has changed."""
    given = [tensor.detach().clone().requires_grad_() for tensor in (x, weight)]
    y = impl.LinearFunction.apply(*given, None)
    with torch.no_grad():
        given[which].add_(1.0)
    try:
        found = torch.autograd.grad(y, given, grad_out)[1 - which]
    except RuntimeError:
        return True
    return torch.allclose(found, [grad_out @ weight, grad_out.T @ x][1 - which], rtol=1e-3, atol=1e-3)  # sums round


def thousands(*shape):
    return integers(*shape, low=-4, high=5).map(times_1000)


def times_1000(numbers):
    return numbers.double() * 1000


# No two are ever the same.
N, T, I, O = between(7, 8), between(5, 6), between(3, 4), between(9, 10)
LAYER = {"weight": normal(O, I), "bias": normal(O)}

SOFTMAX = [
    Case("a matrix, the last axis", softmax, x=normal(N, T), dim=-1),
    Case("a matrix, the first axis", softmax, x=normal(N, T), dim=0),
    Case("three axes, the one in the middle", softmax, x=normal(N, T, I), dim=-2),
    Case("a vector", softmax, x=normal(between(3, 9)), dim=0),
    Case("x and the gradient not contiguous", softmax_turned, x=normal(N, T, I).transposed(), dim=1),
    Case("numbers of some thousands", softmax, x=thousands(N, T), dim=1, zeros=False),
    Case("four axes", softmax, x=normal(2, I, T, 3), dim=1, recall=True),
]

LINEAR = [
    Case("a matrix", linear, x=normal(N, I), **LAYER),
    Case("without bias", linear, x=normal(N, I), weight=normal(O, I)),
    Case("a vector", linear, x=normal(I), **LAYER),
    Case("three axes", linear, x=normal(N, T, I), **LAYER),
    Case("an axis of length 0", linear, x=normal(N, 0, I), **LAYER),
    Case("x and the gradient not contiguous", linear_turned, x=normal(N, I, T).transposed(), **LAYER),
    Case("four axes", linear, x=normal(2, 3, T, I), **LAYER, recall=True),
]

BACKWARD = [
    Case("a softmax, whose dim is no tensor", backward_of, x=normal(N, T), dim=1, grad_out=normal(N, T)),
    Case(
        "a layer, for each choice of what needs a gradient",
        for_each_choice,
        x=normal(N, I),
        **LAYER,
        grad_out=normal(N, O),
    ),
    Case("gradcheck", passes_gradcheck, x=normal(2, 3, I), **LAYER, dim=-2, dtypes=["float64"]),
]

GIVEN = {"x": normal(N, I), "weight": normal(O, I), "grad_out": normal(N, O)}
CHANGED = [
    Case("x is changed in between", which=0, **GIVEN),
    Case("the weight is changed in between", which=1, **GIVEN),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", SOFTMAX, ids=str)
def test_softmax(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LINEAR, ids=str)
def test_linear(check, case):
    check.gradients(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", BACKWARD, ids=str)
def test_backward_itself(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", CHANGED, ids=str)
def test_changes_are_noticed(check, case):
    check.values(changed_in_between, case)
