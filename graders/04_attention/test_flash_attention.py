"""Flash attention: blocks that do not fit, scores of any size, the causal form, and nothing large on the way."""

import pytest
import torch

from kata.grading import Case, alternating, between, in_float64, integers, normal, starting_with

# float64 has a test of its own: who keeps the sums in float32, as is done on GPUs, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10,
    seconds=2,
    forbids=["attention", "softmax", "logsumexp"],
    dtypes=["float32", "float16", "bfloat16"],
)


def attend(impl, q, k, v, **options):
    return impl.flash_attention(q, k, v, **options)


def inputs(*batch, T, S, d=4, dv=3):
    return {"q": normal(*batch, T, d), "k": normal(*batch, S, d), "v": normal(*batch, S, dv)}


def whole(rows, change):
    """Small whole numbers behind what `change` puts first. With a scale of 1/4 the scores are exact in float32."""
    return integers(rows, 16, low=-2, high=3).map(change)


def from_small_to_large(k):
    """The largest first or last, as the query's sign is."""
    return torch.cat([128.0 * (torch.arange(len(k)) - len(k) // 2)[:, None], k[:, 1:].double()], dim=1)


T, S, B, H, D, DV = between(3, 5), between(5, 8), between(2, 3), between(2, 3), between(3, 6), between(2, 5)
BLOCK = between(2, 4)


def large(q, k):
    return {"q": whole(T, q), "k": whole(S, k), "v": normal(S, 3), "block_size": 2}


CASES = [
    Case("a block that the keys do not fill", **inputs(T=T, S=2 * BLOCK + 1), block_size=BLOCK, edges=[{T: 1}]),
    Case("a batch with heads", **inputs(B, H, T=T, S=S), block_size=2, edges=[{B: 1}, {S: 1}]),
    Case("values wider than keys", **inputs(T=T, S=S, d=2, dv=D), block_size=2),
    Case("blocks of one key", **inputs(T=2, S=S), block_size=1),
    Case("a block larger than all", **inputs(T=T, S=S, d=D, dv=DV)),
    Case(
        "not contiguous",
        q=normal(2, T, H, D).transposed(1, 2),
        k=normal(2, S, H, D).transposed(1, 2),
        v=normal(2, S, H, DV).transposed(1, 2),
        block_size=BLOCK,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 2, T=6, S=10, d=5, dv=2), block_size=4, recall=True),
]

LARGE = [
    Case("scores around -12 000", **large(starting_with(-192), starting_with(256))),
    Case("some queries with scores around -12 000, some around 12 000", **large(alternating(192), starting_with(256))),
    Case(
        "the largest score first or last, from -12 000 to 12 000",
        **large(alternating(192), from_small_to_large),
        dtypes=["float32", "float64", "bfloat16"],  # before they are scaled, some products are too large for float16
    ),
]

CAUSAL = [
    Case("causal, as many queries as keys", **inputs(B, T=S, S=S), block_size=3, causal=True, edges=[{S: 1}, {B: 1}]),
    Case("causal, fewer queries than keys", **inputs(T=T, S=T + 3), block_size=2, causal=True, edges=[{T: 1}]),
    Case("causal, scores around -12 000", **large(starting_with(-192), starting_with(256)), causal=True),
    Case("causal, more queries than keys", **inputs(T=T + 3, S=T), block_size=3, causal=True),
    Case("causal, one query of each head, ten keys", **inputs(3, T=1, S=10), block_size=4, causal=True, recall=True),
]

LONG = [
    Case("40 queries, 48 keys, blocks of 8", **inputs(T=between(38, 40), S=48), block_size=8),
    Case("40 queries, 48 keys, blocks of 8, causal", **inputs(T=between(38, 40), S=48), block_size=8, causal=True),
]


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_large_scores(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64([CASES[0], CAUSAL[0]]):
        check.values(attend, case)


@pytest.mark.points(2.5)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_memory(check, case):
    check.cost(attend, case, largest=8 * 48)
