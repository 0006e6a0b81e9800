"""RMS normalization: what is divided by what, eps, half precision, gradients, and what the module holds."""

import pytest
import torch

from kata.grading import Case, between, in_float64, load, normal, uniform, weights

# float64 has a test of its own: who computes in float32, as Llama's code does, loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["norms"], dtypes=["float32", "float16", "bfloat16"])

# In half precision, what is left of a backward pass is mostly rounding.
EXACT = ["float32"]


def normalize(impl, state, x, **options):
    return load(impl.RMSNorm(len(state["weight"]), **options), state)(x)


def begin(impl, d_model):
    module = impl.RMSNorm(d_model)
    return {
        "parameters": {name: p.detach() for name, p in module.named_parameters() if p.requires_grad},
        "state_dict": dict(module.state_dict()),
    }


def state(d_model):
    return weights(lambda impl, d: impl.RMSNorm(d), d_model)


def nothing_in_the_second(x):
    return x.index_fill(0, torch.tensor(1), 0.0)


B, T, D = between(2, 4), between(6, 8), between(3, 5)
STATE = state(D)

CASES = [
    Case("a batch of sequences", state=STATE, x=normal(B, T, D, std=2.0, mean=1.0), edges=[{B: 1}, {T: 1}]),
    Case("as many vectors as features", state=STATE, x=normal(D, D, mean=2.0), edges=[{D: 1}]),
    Case("a single vector", state=STATE, x=normal(D, std=3.0)),
    Case("four axes, not contiguous", state=STATE, x=normal(B, D, 2, T).transposed(1, 3)),
    Case("a wide vector", state=state(11), x=normal(2, 11, mean=-2.0), recall=True),
    Case("five axes", state=state(6), x=normal(2, 1, 2, 3, 6, std=3.0), recall=True),
]

SIZES = [
    Case("a large eps", state=STATE, x=normal(T, D), eps=between(0.3, 0.9)),
    # The mean of the squares is about as large as the default of eps.
    Case("very small numbers", state=STATE, x=normal(T, D, std=1e-3), dtypes=EXACT),
    Case("a vector of zeros", state=STATE, x=normal(T, D).map(nothing_in_the_second)),
]

WIDE = between(20, 40)

HALF = [
    # The mean of the squares is beyond the largest number of float16.
    Case("float16, up to 3000", state=state(D), x=uniform(T, D, low=-3000.0, high=3000.0), dtypes=["float16"]),
    # One over the root of eps is beyond it.
    Case(
        "float16, a vector of zeros and a very small eps",
        state=state(D),
        x=normal(T, D).map(nothing_in_the_second),
        eps=between(1e-13, 1e-11),
        dtypes=["float16"],
    ),
    # No single square is, but their sum.
    Case(
        "float16, many numbers about 150", state=state(WIDE), x=normal(T, WIDE, std=9.0, mean=150.0), dtypes=["float16"]
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(normalize, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], CASES[2]]):
        check.values(normalize, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SIZES, ids=str)
def test_eps_and_small_numbers(check, case):
    check.values(normalize, case)


@pytest.mark.points(1.5)
@pytest.mark.parametrize("case", HALF, ids=str)
def test_half_precision(check, case):
    check.values(normalize, case)


@pytest.mark.points(1.5)
def test_gradients(check):
    check.gradients(normalize, Case("gradients", state=STATE, x=normal(B, T, D), dtypes=EXACT))
    zeros = normal(T, D).map(torch.zeros_like)
    check.gradients(normalize, Case("gradients at zeros", state=STATE, x=zeros, dtypes=EXACT))


@pytest.mark.points(1)
def test_a_new_module(check):
    check.values(begin, Case("a new module", d_model=between(3, 30)))
