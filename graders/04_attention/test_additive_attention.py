"""Additive attention: the network that scores, keys of another width, masks, queries that see nothing, gradients."""

import pytest
import torch

from kata.grading import Case, between, coin, in_float64, load, normal, uniform, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention"], dtypes=["float32", "float16", "bfloat16"]
)


def attend(impl, state, sizes, **inputs):
    return load(impl.AdditiveAttention(*sizes), state)(**inputs)


def ask_before_and_after_training(impl, state, trained, sizes, query, keys):
    module = load(impl.AdditiveAttention(*sizes), state)
    return module(query, keys), load(module, trained)(query, keys)


def with_large_scores(state):
    return {name: 1e5 * tensor if name == "score.weight" else tensor for name, tensor in state.items()}


def large_and_small_of_either_sign(x):
    """The batch, the same with all signs turned, and both made small: scores of 100 000, of -100 000, and of some hundreds.

    So who lowers hidden scores by much is told from who takes hidden weights away afterwards.
    """
    return torch.cat([x, -x, 0.003 * x, -0.003 * x])


def nothing_for_the_first(mask):
    return mask & (torch.arange(len(mask)) > 0).unsqueeze(1)


def layers(*sizes):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.AdditiveAttention(*sizes), *sizes), "sizes": sizes}


B, S, Q, K, A = between(3, 4), between(5, 7), between(2, 3), between(4, 5), between(6, 8)
LAYERS = layers(Q, K, A)
ONE = {**LAYERS, "query": normal(B, Q), "keys": normal(B, S, K)}

CASES = [
    Case("a batch of sequences", **ONE, after={"mask": coin(B, S)}, edges=[{B: 1}, {S: 1}, {A: 1}]),
    Case("as many sequences as keys, all of one width", **layers(K, K, K), query=normal(S, K), keys=normal(S, S, K)),
    Case(
        "not contiguous",
        **LAYERS,
        query=normal(Q, B).transposed(),
        keys=normal(B, K, S).transposed(),
        dtypes=["float32"],
    ),
    Case("nine keys", **layers(5, 2, 3), query=normal(2, 5), keys=normal(2, 9, 2), recall=True),
]

MASKED = [
    Case("some keys are hidden", **ONE, mask=coin(B, S), edges=[{"mask": None}, {B: 1}]),
    Case(
        "as many sequences as keys, some hidden",
        **LAYERS,
        query=normal(S, Q),
        keys=normal(S, S, K),
        mask=uniform(S, S).map(lambda x: x.argsort(-1) > 1),
    ),
    # Of a single key the weight is 1, whatever its score: no rounding of such scores counts. Among so many sequences there
    # are some for each way to make hidden scores small, but not small enough.
    Case(
        "a single key is seen, with scores of 10 000 and more, above or below 0",
        state=LAYERS["state"].map(with_large_scores),
        sizes=LAYERS["sizes"],
        query=normal(B + 9, Q).map(large_and_small_of_either_sign),
        keys=normal(B + 9, S, K).map(large_and_small_of_either_sign),
        mask=uniform(4 * (B + 9), S).map(lambda x: (torch.arange(x.shape[1]) == 1).expand_as(x)),
        dtypes=["float32"],
    ),
    Case(
        "a query that may attend to nothing",
        **ONE,
        mask=coin(B, S).map(nothing_for_the_first),
        edges=[{"mask": coin(B, S).map(torch.zeros_like)}],
    ),
    Case("five sequences", **layers(3, 6, 2), query=normal(5, 3), keys=normal(5, 4, 6), mask=coin(5, 4), recall=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3.5)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(0.5)
def test_nothing_is_kept(check):
    trained = weights(lambda impl, *sizes: impl.AdditiveAttention(*sizes), Q, K, A)
    check.values(ask_before_and_after_training, Case("the same keys before and after training", **ONE, trained=trained))


@pytest.mark.points(2)
def test_gradients(check):
    # The gradients of the weights sum to zero along the keys, and so most of what reaches the query cancels: in half
    # precision its rounding is left, which differs between right answers.
    mask = coin(B, S).map(nothing_for_the_first)
    check.gradients(attend, Case("gradients", **ONE, mask=mask, dtypes=["float32"]))


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], MASKED[0]]):
        check.values(attend, case)
