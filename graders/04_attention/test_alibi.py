"""ALiBi: the slopes of the heads, and the distances of queries and keys."""

import pytest
import torch

from kata.grading import Case, between, choice

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def bias(impl, **sizes):
    return impl.alibi_bias(**sizes)


def bias_of_the_past(impl, num_heads, T, S):
    out = impl.alibi_bias(num_heads, T, S)
    return out.tril(S - T) if isinstance(out, torch.Tensor) and out.dim() > 1 else out


T, S = between(1, 9), between(1, 9)

POWERS = [
    Case("one head", num_heads=1, T=T, S=T),
    Case("16 heads", num_heads=16, T=T, S=T),
    Case("a power of two", num_heads=choice(2, 4, 8), T=T, S=T, edges=[{T: 1}]),
    Case("32 heads, six keys", num_heads=32, T=2, S=6, recall=True),
]
OTHERS = [
    Case("three heads", num_heads=3, T=T, S=T),
    Case("more heads", num_heads=choice(5, 7, 9, 10, 11, 13, 14, 15), T=T, S=T),
    Case("six heads, one query", num_heads=6, T=1, S=4, recall=True),
]
HEADS = between(2, 12)
MORE_KEYS = Case("more keys than queries", num_heads=HEADS, T=T, S=T + S)
ALL_KEYS = Case("keys before and after", num_heads=HEADS, T=T + 1, S=T + 1)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", POWERS, ids=str)
def test_slopes(check, case):
    check.values(bias_of_the_past, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_slopes_of_heads_that_are_no_power_of_two(check, case):
    check.values(bias_of_the_past, case)


@pytest.mark.points(2)
def test_more_keys_than_queries(check):
    check.values(bias_of_the_past, MORE_KEYS)


@pytest.mark.points(2)
def test_keys_after_the_query(check):
    check.values(bias, ALL_KEYS)
