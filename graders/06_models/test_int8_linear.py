"""int8: whole numbers and scales of rows of any size, rows of zeros, what the layer holds, and what it gives."""

import copy
import weakref

import pytest
import torch
from torch import nn

from kata.grading import Case, between, integers, load, normal, uniform

# In half precision a quotient has too few digits to be rounded to one of 255 numbers: the statement does not ask for it.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32", "float64"])


def quantize(impl, weight):
    return impl.quantize(weight)


def new_layer(impl, weight, x, bias):
    """What is true of a layer that is made of a linear one, and of the linear one afterwards."""
    linear = nn.Linear(weight.shape[1], len(weight), bias=bias is not None, dtype=weight.dtype, device=weight.device)
    linear.load_state_dict({"weight": weight, **({} if bias is None else {"bias": bias})})
    module = impl.Int8Linear(linear)
    q, scale = impl.quantize(weight)
    asked = {"weight": q, "scale": scale, **({} if bias is None else {"bias": bias})}
    within = x.abs().sum(-1, keepdim=True) * scale.abs() * 0.51 + 1e-5
    own, kept = dict(module.named_buffers()), weakref.ref(linear.weight)
    found = {
        "names": own.keys() == asked.keys() and getattr(module, "bias", 0) is own.get("bias"),
        "parameters": not list(module.parameters()),
        "saved": module.state_dict().keys() == asked.keys(),
        "numbers": all(torch.equal(tensor, own.get(name, tensor)) for name, tensor in asked.items()),
        "dtypes": all(tensor.dtype == own.get(name, tensor).dtype for name, tensor in asked.items()),
        "left": torch.equal(linear.weight, weight) and all(p.requires_grad for p in linear.parameters()),
        "near": bool(((module(x) - nn.functional.linear(x, weight, bias)).abs() <= within).all()),
        "no graph": not any(tensor.requires_grad for tensor in own.values()),
    }
    with torch.no_grad():
        for parameter in linear.parameters():
            parameter.fill_(7.0)
    found["apart"] = all(torch.equal(tensor, own.get(name, tensor)) for name, tensor in asked.items())
    del linear, parameter
    return {**found, "let go": kept() is None}


def apply(impl, state, x):
    """The output of a layer that gets its buffers from a state; no gradient is asked of these."""
    outputs, inputs = state["weight"].shape
    module = impl.Int8Linear(nn.Linear(inputs, outputs, bias="bias" in state))
    return load(module, {name: tensor.detach() for name, tensor in state.items()})(x)


def apply_and_load_again(impl, state, other, x):
    outputs, inputs = state["weight"].shape
    module = load(impl.Int8Linear(nn.Linear(inputs, outputs)), state)
    first = module(x)
    again = copy.deepcopy(module)
    again.load_state_dict(other)
    return [first, again(x), module(x)]


def far_from_halves(x, sizes):
    """Numbers of all sizes up to 127 that are nowhere near the middle of two whole ones; then each row's size is changed.

    So all right answers round alike, whatever they do first. The number of largest size is ±127.
    """
    whole = (x.tanh() * 126).round()
    rows = torch.arange(len(x))
    part = 0.35 * torch.sin(97.0 * x)
    q = whole + part.where(whole.abs() < 126, 0.0)
    q[rows, (x.abs().argmax(-1) + rows) % x.shape[1]] = 127.0 * torch.sign(x.sum(-1) + 0.25)
    return q * sizes[:, None]


def to_powers(x):
    return 10.0**x


def with_zeros(x):
    """The second row and some numbers of the first are zeros, one of them -0."""
    x = x.clone()
    x[1], x[0, 0] = 0.0, -0.0
    return x


def weight(outputs, inputs, powers=(-2.0, 0.0)):
    low, high = powers
    return normal(outputs, inputs).map(far_from_halves, uniform(outputs, low=low, high=high).map(to_powers))


def state(outputs, inputs, bias=True):
    """Buffers as a checkpoint may have them; the first is floating point, and gives the dtype."""
    found = {
        "scale": uniform(outputs, low=-3.0, high=0.0).map(to_powers),
        "weight": integers(outputs, inputs, low=-127, high=128).map(torch.Tensor.char),
    }
    return found | ({"bias": normal(outputs)} if bias else {})


O, I, N = between(3, 5), between(6, 9), between(2, 3)

WEIGHTS = [
    Case("a few rows", weight=weight(O, I), edges=[{O: 1}], tails=True),
    Case("the number of largest size is below 0", weight=weight(O, I).map(lambda w: -w.abs()), tails=True),
    Case("as many rows as columns", weight=weight(O, O), tails=True),
    Case("a single column", weight=weight(O, 1), tails=True),
    Case("not contiguous", weight=weight(O, I).map(lambda w: w.T.contiguous().T), tails=True),
    Case("rows of very different sizes", weight=weight(O + 4, I, (-20.0, 17.0)), tails=True),
    Case("eleven columns", weight=weight(2, 11), tails=True, recall=True),
]

WITH_ZEROS = [
    Case("a row of zeros", weight=weight(O, I).map(with_zeros), tails=True),
    Case("nothing but zeros", weight=weight(O, I).map(torch.zeros_like)),
]

OUTPUTS = [
    Case("rows", apply, state=state(O, I), x=normal(N, I), edges=[{N: 1}, {O: 1}, {I: 1}]),
    Case("no bias", apply, state=state(O, I, False), x=normal(N, I)),
    Case("as many inputs as outputs", apply, state=state(O, O), x=normal(O, O)),
    Case("a batch of sequences", apply, state=state(O, I), x=normal(2, N, I)),
    Case("a single vector", apply, state=state(O, I), x=normal(I)),
    Case("loaded twice", apply_and_load_again, state=state(O, I), other=state(O, I), x=normal(N, I)),
    Case("ten inputs", apply, state=state(2, 10), x=normal(4, 10), recall=True),
]


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", WEIGHTS, ids=str)
def test_quantize(check, case):
    check.values(quantize, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", WITH_ZEROS, ids=str)
def test_rows_of_zeros(check, case):
    check.values(quantize, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("bias", [normal(O), None], ids=["with a bias", "without a bias"])
def test_a_new_layer(run, bias):
    found = run(new_layer, weight=weight(O, I), x=normal(N, I), bias=bias)
    assert found["parameters"], "the layer has parameters"
    assert found["names"], (
        "the buffers are not `weight`, `scale` and, if the linear layer has one, `bias`; else it is None"
    )
    assert found["saved"], "the `state_dict()` does not hold the buffers, or holds more"
    assert found["dtypes"], "a buffer has another dtype than what `quantize` gives, or than the bias"
    assert found["numbers"], "the buffers are not what `quantize` gives, or not the bias"
    assert found["near"], "the layer gives something else than what the linear layer gives, but for rounding to int8"
    assert found["no graph"], "a buffer carries a gradient"
    assert found["left"], "the linear layer is not as it was"
    assert found["apart"] or not found["numbers"], "the buffers change with the linear layer"
    assert found["let go"], "the float weight is held on to, once the linear layer is gone"


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", OUTPUTS, ids=str)
def test_output(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_gradient(check):
    check.gradients(apply, Case("gradients", state=state(O, I), x=normal(N, I)))
