"""SwiGLU: which layer is the gate, what opens it, gates far from 0, gradients, and what the module holds."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)

# In half precision, what is left of a backward pass through a product is mostly rounding.
EXACT = ["float32", "float64"]


def feed(impl, state, x):
    d_ff, d_model = state["up.weight"].shape
    return load(impl.SwiGLU(d_model, d_ff), state)(x)


def state(*sizes):
    return weights(lambda impl, *drawn: impl.SwiGLU(*drawn), *sizes)


def with_gates_of_1000(state, x):
    """A gate of 1000, 1010, ... or of -1000, -1010, ... for each vector, in turn, whatever the other weights are."""
    signs = 1.0 - 2.0 * (torch.arange(len(x)) % 2)
    x = torch.cat([signs[:, None], x[:, 1:].double()], dim=1)
    gate = torch.zeros_like(state["gate.weight"])
    gate[:, 0] = 1000.0 + 10.0 * torch.arange(len(gate))
    return {"state": {**state, "gate.weight": gate}, "x": x}


def feed_far(impl, inputs):
    return feed(impl, **inputs)


def differentiate_far(impl, inputs):
    state = {name: nn.Parameter(tensor) for name, tensor in inputs["state"].items()}
    x = inputs["x"].requires_grad_()
    slopes = torch.autograd.grad(feed(impl, state, x).sum(), [x, *state.values()])
    return dict(zip(["x", *state], slopes, strict=True))


def finite_in_float16(impl, inputs):
    """Whether result and gradients are finite at gates of 50 and -50, the exponential of which float16 does not have."""
    state = {name: nn.Parameter(tensor.half()) for name, tensor in inputs["state"].items()}
    state["gate.weight"] = nn.Parameter(inputs["state"]["gate.weight"].half() / 20)
    x = inputs["x"].half().requires_grad_()
    module = load(impl.SwiGLU(state["up.weight"].shape[1], len(state["up.weight"])).half(), state)
    result = module(x)
    slopes = torch.autograd.grad(result.sum(), [x, *module.parameters()])
    return [bool(part.isfinite().all()) for part in (result, *slopes)]


B, T, D, F = between(2, 4), between(5, 7), between(3, 4), between(6, 9)

CASES = [
    Case("a batch of sequences", state=state(D, F), x=normal(B, T, D, std=2.0), edges=[{B: 1}, {T: 1}, {T: 0}]),
    Case("as wide between the layers as outside", state=state(D, D), x=normal(T, D)),
    Case("narrower between the layers", state=state(F, D), x=normal(T, F), edges=[{D: 1}]),
    Case("a single vector", state=state(D, F), x=normal(D)),
    Case("four axes, not contiguous", state=state(D, F), x=normal(B, D, 2, T).transposed(1, 3)),
    Case("a wide layer", state=state(5, 17), x=normal(2, 3, 5), recall=True),
    Case("five axes", state=state(6, 2), x=normal(2, 1, 2, 3, 6), recall=True),
]

FAR = state(D, F).map(with_gates_of_1000, normal(T, D))


@pytest.mark.points(6.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(feed, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(feed, Case("gradients", state=state(D, F), x=normal(B, T, D), dtypes=EXACT))


@pytest.mark.points(1.5)
def test_gates_far_from_0(check):
    check.values(feed_far, Case("gates of 1000 and -1000", inputs=FAR, dtypes=EXACT))
    check.values(differentiate_far, Case("their gradients", inputs=FAR, zeros=False, dtypes=EXACT))
    check.values(finite_in_float16, Case("gates of 50 and -50 in float16", inputs=FAR, dtypes=["float32"]))
