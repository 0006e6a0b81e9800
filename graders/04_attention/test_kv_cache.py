"""Attention with a key-value cache: at once, behind a cache, in pieces of any length, and the work of a step."""

import pytest
import torch

from kata.grading import Case, between, in_float64, load, normal, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)

# The ways to cut four tokens into pieces.
CUTS = [(4,), (1, 3), (2, 2), (3, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 1, 1, 1)]


def attend(impl, state, sizes, x, cache=None):
    return load(impl.CachedAttention(*sizes), state)(x, cache)


def cut_in_every_way(impl, state, sizes, x, cuts):
    """The outputs for each way of cutting, and the cache that is left."""
    module, found = load(impl.CachedAttention(*sizes), state), {}
    for cut in cuts:
        outputs, cache = [], None
        for piece in x.split(cut, dim=1):
            result = module(piece, cache)
            outputs.append(result[0])
            cache = result[1]
        found[str(cut)] = {"outputs": outputs, "cache": cache}
    return found


def continue_in_two_ways(impl, state, sizes, x, one, other):
    module = load(impl.CachedAttention(*sizes), state)
    begun = module(x)
    return {"x": begun, "one": module(one, begun[1]), "other": module(other, begun[1]), "one_alone": module(one)}


def make(impl, d_model, num_heads):
    return [tuple(weight.shape) for weight in impl.CachedAttention(d_model, num_heads).parameters()]


def huge_at_the_start(x):
    return torch.cat([1000.0 * x[:, :1], 0.01 * x[:, 1:]], dim=1)


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.CachedAttention(*sizes), *sizes), "sizes": sizes}


B, S, W, H = between(2, 3), between(3, 6), between(2, 4), between(2, 3)
D = H * W
LAYERS = layers(D, H)


def cache_of(length):
    return (normal(B, H, length, W), normal(B, H, length, W))


CASES = [
    Case(
        "one whole sequence",
        attend,
        **LAYERS,
        x=normal(1, S, D),
        edges=[{S: 1}, {"cache": cache_of(2), "x": normal(B, 3, D)}],
    ),
    Case(
        "one token behind a cache",
        attend,
        **LAYERS,
        x=normal(B, 1, D),
        cache=cache_of(S),
        edges=[{"cache": None}, {B: 1}],
    ),
    Case("three tokens behind a cache", attend, **LAYERS, x=normal(B, 3, D), cache=cache_of(S), edges=[{S: 1}, {B: 1}]),
    Case(
        "five tokens behind a cache of two, four heads",
        attend,
        **layers(8, 4),
        x=normal(3, 5, 8),
        cache=(normal(3, 4, 2, 2), normal(3, 4, 2, 2)),
        recall=True,
    ),
    # Of so many sequences some begin with a token whose own score, the only one that it may look at, is far below -10 000.
    Case(
        "a first token with a score of 100 000 and more, above or below 0",
        attend,
        **LAYERS,
        x=normal(12, S, D).map(huge_at_the_start),
        dtypes=["float32"],
    ),
    # In one dtype: what the others would show, they show in the cases above.
    Case("four tokens, cut in every way", cut_in_every_way, **LAYERS, x=normal(B, 4, D), cuts=CUTS, dtypes=["float32"]),
    Case(
        "one beginning, continued in two ways",
        continue_in_two_ways,
        **LAYERS,
        x=normal(B, S, D),
        one=normal(B, 3, D),
        other=normal(B, 3, D),
        dtypes=["float32"],
    ),
    Case(
        "seven tokens, cut in other ways",
        cut_in_every_way,
        **layers(6, 2),
        x=normal(4, 7, 6),
        cuts=[(7,), (5, 2), (1, 2, 4), (3, 3, 1)],
        dtypes=["float32"],
        recall=True,
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64(CASES[:3]):
        check.values(case.scenario, case)


@pytest.mark.points(2)
def test_the_work_of_a_step(check):
    case = Case("one token behind a long cache", **LAYERS, x=normal(B, 1, D), cache=cache_of(between(64, 70)))
    check.cost(attend, case, flops=3)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(attend, Case("gradients", **LAYERS, x=normal(B, 3, D), cache=cache_of(S)))


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(
        ValueError, make, Case("a width that the heads do not divide", d_model=between(2, 9) * H + 1, num_heads=H)
    )
