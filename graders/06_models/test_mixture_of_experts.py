"""A mixture of experts: who is chosen and with which weight, ties, the auxiliary loss, gradients, and the work it takes."""

import pytest
import torch

from kata.grading import Case, between, in_float64, load, normal, once, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(points=10, seconds=3, dtypes=["float32", "float16", "bfloat16"])


def route(impl, state, sizes, x):
    return load(impl.MoE(*sizes), state)(x)


def output(impl, **inputs):
    return route(impl, **inputs)[0]


def auxiliary(impl, **inputs):
    return route(impl, **inputs)[1]


def make(impl, sizes):
    impl.MoE(*sizes)


def apart(x, state):
    """The tokens, changed so far that their scores are 0.7 apart: no rounding decides then who is chosen."""
    router = state["router.weight"]
    scores = x @ router.mT
    wanted = 0.8 * scores.argsort(-1).argsort(-1) + 0.1 * scores.sigmoid()
    return x + (wanted - scores) @ torch.linalg.pinv(router).mT


def never_the_second(x, state):
    """Likewise, and expert 1 has the lowest score."""
    return apart(x - 100.0 * torch.linalg.pinv(state["router.weight"])[:, 1], state)


def with_equal_scores(state):
    return {**state, "router.weight": torch.zeros_like(state["router.weight"])}


def with_some_equal_scores(state):
    """Experts 1 and 3 have scores of 0; of 0 and 2, one is above, and the other as far below."""
    first = state["router.weight"][0]
    return {**state, "router.weight": torch.stack([first, 0 * first, -first, 0 * first])}


def module(*sizes, change=dict):
    """Weights of a module, drawn once for a case and changed, and its sizes."""
    state = weights(lambda impl, *sizes: impl.MoE(*sizes), *sizes).map(change)
    return {"state": once(state), "sizes": sizes}


def routed(*sizes, batch, tokens, change=apart):
    """Weights, sizes, and tokens of which it is plain whom they choose."""
    made = module(*sizes)
    return {**made, "x": normal(batch, tokens, sizes[0]).map(change, made["state"])}


B, T, E = between(2, 3), between(4, 6), between(3, 4)
D, F = E + between(3, 4), between(3, 5)

CASES = [
    Case("two experts for each token", **routed(D, F, E + 1, 2, batch=B, tokens=T), edges=[{B: 1}, {T: 1}]),
    Case("one expert for each token", **routed(D, F, E, 1, batch=B, tokens=T)),
    Case("every expert for each token", **routed(D, F, E, E, batch=B, tokens=T)),
    Case("an expert nobody chooses", **routed(D, F, E, 2, batch=B, tokens=T, change=never_the_second)),
    Case("three of six experts", **routed(9, 4, 6, 3, batch=2, tokens=7), recall=True),
]

TIES = [
    Case("all equal", **module(D, F, E + 1, 2, change=with_equal_scores), x=normal(B, T, D)),
    Case(
        "two equal, one above, one below",
        **module(D, F, 4, 2, change=with_some_equal_scores),
        x=normal(B, T, D),
        dtypes=["float32"],
    ),
]

REFUSED = [
    Case("more than there are", sizes=(D, F, E, E + between(1, 3))),
    Case("none", sizes=(D, F, E, 0)),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_output(check, case):
    check.values(output, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_auxiliary_loss(check, case):
    check.values(auxiliary, case)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", TIES, ids=str)
def test_ties(check, case):
    check.values(output, case)


@pytest.mark.points(2)
def test_gradients(check):
    # The gradients of a token's weights sum to zero: in half precision, much of what reaches the router is rounding.
    check.gradients(route, Case("gradients", **routed(D, F, E + 1, 2, batch=B, tokens=T), dtypes=["float32"]))


@pytest.mark.points(1)
def test_work_of_a_call(check):
    many = routed(between(9, 12), between(20, 30), between(7, 8), 2, batch=B, tokens=T)
    check.cost(output, Case("two of many experts", **many), flops=1.5)


@pytest.mark.points(1)
def test_float64(check):
    for one in in_float64([CASES[0]]):
        check.values(output, one)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_choice_of_too_many_or_none_is_refused(check, case):
    check.raises(ValueError, make, case)
