"""Attention with a key-value cache: at once, behind a cache, in pieces of any length, and the work of a step."""

import pytest

from kata.grading import Case, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention"])

# The ways to cut four tokens into pieces.
CUTS = [(4,), (1, 3), (2, 2), (3, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 1, 1, 1)]


def attend(impl, state, x, cache=None, sizes=(6, 2)):
    return load(impl.CachedAttention(*sizes), state)(x, cache)


def attend_with_three_heads_and_no_cache(impl, state, x):
    return load(impl.CachedAttention(6, 3), state)(x)


def cut_in_every_way(impl, state, x, cuts):
    """The outputs for each way of cutting, and the cache that is left."""
    module, found = load(impl.CachedAttention(6, 2), state), {}
    for cut in cuts:
        outputs, cache = [], None
        for piece in x.split(cut, dim=1):
            result = module(piece, cache)
            outputs.append(result[0])
            cache = result[1]
        found[str(cut)] = {"outputs": outputs, "cache": cache}
    return found


def continue_in_two_ways(impl, state, x, one, other):
    module = load(impl.CachedAttention(6, 2), state)
    begun = module(x)
    return {"x": begun, "one": module(one, begun[1]), "other": module(other, begun[1]), "one_alone": module(one)}


def make(impl, d_model, num_heads):
    return [tuple(weight.shape) for weight in impl.CachedAttention(d_model, num_heads).parameters()]


def cache_of(S):
    return (normal(2, 2, S, 3), normal(2, 2, S, 3))


STATE = weights(lambda impl: impl.CachedAttention(6, 2))

CASES = [
    (attend_with_three_heads_and_no_cache, Case("one whole sequence", state=STATE, x=normal(1, 5, 6))),
    (attend, Case("one token behind a cache of four", state=STATE, x=normal(2, 1, 6), cache=cache_of(4))),
    (attend, Case("three tokens behind a cache of four", state=STATE, x=normal(2, 3, 6), cache=cache_of(4))),
    (
        attend,
        Case(
            "five tokens behind a cache of two, four heads",
            state=weights(lambda impl: impl.CachedAttention(8, 4)),
            sizes=(8, 4),
            x=normal(3, 5, 8),
            cache=(normal(3, 4, 2, 2), normal(3, 4, 2, 2)),
            recall=True,
        ),
    ),
]

# In one dtype: what the others would show, they show in the cases above.
PIECES = [
    (
        cut_in_every_way,
        Case("four tokens, cut in every way", state=STATE, x=normal(2, 4, 6), cuts=CUTS, dtypes=["float32"]),
    ),
    (
        continue_in_two_ways,
        Case(
            "one beginning, continued in two ways",
            state=STATE,
            x=normal(2, 4, 6),
            one=normal(2, 3, 6),
            other=normal(2, 3, 6),
            dtypes=["float32"],
        ),
    ),
    (
        cut_in_every_way,
        Case(
            "seven tokens, cut in other ways",
            state=STATE,
            x=normal(3, 7, 6),
            cuts=[(7,), (5, 2), (1, 2, 4), (3, 3, 1)],
            dtypes=["float32"],
            recall=True,
        ),
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("scenario, case", PIECES, ids=[str(case) for _, case in PIECES])
def test_pieces(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(2)
def test_the_work_of_a_step(check):
    case = Case("one token behind a cache of 64", state=STATE, x=normal(2, 1, 6), cache=cache_of(64))
    check.cost(attend, case, flops=3)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(attend, Case("gradients", state=STATE, x=normal(2, 3, 6), cache=cache_of(2)))


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(ValueError, make, Case("a width of 6 for 4 heads", d_model=6, num_heads=4))
