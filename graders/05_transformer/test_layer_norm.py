"""Layer normalization: which numbers are normalized together, eps, numbers far from 0, gradients, and what the module holds."""

import pytest

from kata.grading import Case, between, choice, in_float64, integers, load, normal, weights

# float64 has a test of its own: who computes in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["norms"], dtypes=["float32", "float16", "bfloat16"])

# In half precision, what is left of nearly equal numbers, of very small ones or of a backward pass is mostly rounding.
EXACT = ["float32"]


def normalize(impl, state, x, **options):
    return load(impl.LayerNorm(len(state["weight"]), **options), state)(x)


def begin(impl, d_model):
    module = impl.LayerNorm(d_model)
    return {
        "parameters": {name: p.detach() for name, p in module.named_parameters() if p.requires_grad},
        "state_dict": dict(module.state_dict()),
    }


def repeated(numbers, length):
    """Vectors of equal numbers, as many as there are numbers."""
    return numbers.double().unsqueeze(-1).expand(-1, length).clone()


def state(d_model):
    return weights(lambda impl, d: impl.LayerNorm(d), d_model)


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

# Whole numbers, and a power of two of them: sum and mean are exact in every dtype, whoever divides first.
EVEN = choice(4, 8)
EQUAL = {"state": state(EVEN), "x": integers(T, low=-9, high=10).map(repeated, EVEN), "zeros": False}

SPREADS = [
    Case("a large eps", state=STATE, x=normal(T, D), eps=between(0.3, 0.9)),
    # The variance is about as large as the default of eps.
    Case("a very small spread", state=STATE, x=normal(T, D, std=3e-3), dtypes=EXACT),
    Case("no spread at all", **EQUAL),
]

# Likewise, so that right answers do not part ways by the rounding of the mean.
WIDE, FAR = choice(8, 16), between(9000, 11000)
NUMBERS = integers(T, WIDE, low=-4, high=5).map(lambda x, far: (x + far).double(), FAR)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(normalize, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], CASES[2], SPREADS[1]]):
        check.values(normalize, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SPREADS, ids=str)
def test_eps_and_small_spreads(check, case):
    check.values(normalize, case)


@pytest.mark.points(1.5)
def test_numbers_far_from_0(check):
    check.values(normalize, Case("at 10 000", state=state(WIDE), x=NUMBERS, dtypes=EXACT))


@pytest.mark.points(1.5)
def test_gradients(check):
    check.gradients(normalize, Case("gradients", state=STATE, x=normal(B, T, D), zeros=False, dtypes=EXACT))
    check.gradients(normalize, Case("gradients at equal numbers", **EQUAL, dtypes=EXACT))


@pytest.mark.points(1)
def test_a_new_module(check):
    check.values(begin, Case("a new module", d_model=between(3, 30)))
