"""Flash attention: blocks that do not fit, scores of any size, the causal form, and nothing large on the way."""

import pytest

from kata.grading import Case, integers, normal, starting_with

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["attention", "softmax", "logsumexp"])


def attend(impl, q, k, v, **options):
    return impl.flash_attention(q, k, v, **options)


def inputs(*batch, T, S, d=4, dv=3):
    return {"q": normal(*batch, T, d), "k": normal(*batch, S, d), "v": normal(*batch, S, dv)}


def whole(*first):
    """Small whole numbers behind these. With a scale of 1/4 the scores are exact in float32, in whatever order."""
    return integers(len(first), 16, low=-2, high=3).map(starting_with(*first))


CASES = [
    Case("a block that the keys do not fill", **inputs(T=5, S=7), block_size=3),
    Case("a batch with heads", **inputs(2, 3, T=3, S=4), block_size=2),
    Case("values wider than keys", **inputs(T=4, S=4, d=2, dv=5), block_size=2),
    Case("blocks of one key", **inputs(T=2, S=3), block_size=1),
    Case("a block larger than all", **inputs(T=5, S=7)),
    Case(
        "not contiguous",
        q=normal(2, 4, 3, 4).transposed(1, 2),
        k=normal(2, 5, 3, 4).transposed(1, 2),
        v=normal(2, 5, 3, 3).transposed(1, 2),
        block_size=2,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 2, T=6, S=10, d=5, dv=2), block_size=4, recall=True),
]

LARGE = [
    Case(
        "scores around -12 000",
        q=whole(-192, -192, -192),
        k=whole(256, 256, 256, 256, 256),
        v=normal(5, 3),
        block_size=2,
    ),
    Case(
        "some queries with scores around -12 000, some around 12 000",
        q=whole(192, -192, 192, -192),
        k=whole(256, 256, 256, 256, 256),
        v=normal(5, 3),
        block_size=2,
    ),
    Case(
        "the largest score first or last, from -12 000 to 12 000",
        q=whole(192, -192, 192, -192),
        k=whole(-256, -128, 0, 128, 256),
        v=normal(5, 3),
        block_size=2,
    ),
]

CAUSAL = [
    Case("causal, as many queries as keys", **inputs(2, T=7, S=7), block_size=3, causal=True),
    Case("causal, fewer queries than keys", **inputs(T=3, S=7), block_size=2, causal=True),
    Case(
        "causal, scores around -12 000",
        q=whole(-192, -192, -192),
        k=whole(256, 256, 256, 256),
        v=normal(4, 3),
        block_size=2,
        causal=True,
    ),
    Case("causal, more queries than keys", **inputs(T=7, S=4), block_size=3, causal=True),
    Case("causal, one query of each head, nine keys", **inputs(3, T=1, S=9), block_size=4, causal=True, recall=True),
]

LONG = [
    Case("40 queries, 48 keys, blocks of 8", **inputs(T=40, S=48), block_size=8),
    Case("40 queries, 48 keys, blocks of 8, causal", **inputs(T=40, S=48), block_size=8, causal=True),
]


@pytest.mark.points(3)
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


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_memory(check, case):
    check.cost(attend, case, largest=8 * 48)
