"""Linear attention: the features, the two sums, the causal form, and that it never builds T × T."""

import pytest

from kata.grading import Case, between, normal, uniform

# An epsilon of 1e-6 in the divisor is allowed: in float64 it would show.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention"], dtypes=["float32", "bfloat16"])


def attend(impl, q, k, v, **options):
    return impl.linear_attention(q, k, v, **options)


def inputs(*batch, T, S):
    # Features of 0.37 and more, so that no divisor comes near that epsilon.
    q, k = (uniform(*batch, n, 4, low=-1.0, high=2.0) for n in (T, S))
    return {"q": q, "k": k, "v": normal(*batch, S, 3)}


def near_0(n):
    return uniform(n, 2, low=-0.3, high=0.3)


T, S, B, H = between(4, 6), between(3, 8), between(2, 3), between(2, 3)

CASES = [
    Case("fewer queries than keys", **inputs(T=T, S=T + 2), edges=[{T: 1}]),
    Case("a batch with heads", **inputs(B, H, T=T, S=S), edges=[{B: 1}, {S: 1}]),
    Case("not contiguous", **{name: x.transposed(1, 2) for name, x in inputs(B, 4, T=T, S=T).items()}),
    # A divisor of 1 to 3.4, which tells an epsilon that is allowed from one that is ten times as large.
    Case("a single key", q=near_0(between(3, 7)), k=near_0(1), v=normal(1, 3)),
    Case("more queries than keys, three axes before the tokens", **inputs(2, 1, 3, T=6, S=2), recall=True),
]

CAUSAL = [
    Case("causal, one sequence", **inputs(T=T, S=T), causal=True, edges=[{T: 1}]),
    Case("causal, a batch with heads", **inputs(B, H, T=T, S=T), causal=True, edges=[{B: 1}]),
    Case("causal, three axes before the tokens", **inputs(2, 1, 2, T=5, S=5), causal=True, recall=True),
]

GRADIENTS = [
    Case("full", **inputs(T=T, S=T), causal=False, dtypes=["float32"]),
    Case("causal", **inputs(T=T, S=T), causal=True, dtypes=["float32"]),
    # Where the exponential of a number overflows, though φ does not.
    Case(
        "numbers around 100",
        q=uniform(T, 4, low=90.0, high=110.0),
        k=uniform(T, 4, low=90.0, high=110.0),
        v=normal(T, 3),
        dtypes=["float32"],
    ),
]

L = between(128, 134)
LONG = [
    Case("128 queries and keys", **inputs(T=L, S=L)),
    Case("128 queries and keys, causal", **inputs(T=L, S=L), causal=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_cost(check, case):
    # Half of T × T; M for all t at once has 1,536 numbers. In blocks of 16, the causal form takes 10 times the
    # reference's products, and is still linear. Summed up anew for each query, M takes 64 times.
    check.cost(attend, case, largest=128 * 128 // 2, flops=25)
