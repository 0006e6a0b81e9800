"""Masks for attention: causal, for padding, and several in one."""

import pytest
import torch

from kata.grading import Case, between, coin, exactly, integers, lower_triangle

# No numbers with digits after the point go in or come out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def causal(impl, empty=False, **sizes):
    mask = impl.causal_mask(**sizes)
    return tuple(mask.shape) if empty else mask  # made row by row, a mask of no keys is one of no numbers as well


def padding(impl, lengths, T, elsewhere=False):
    """The mask or, for lengths on a device without numbers, which stands for a GPU, where it is."""
    if not elsewhere:
        return impl.padding_mask(lengths, T)
    try:
        return impl.padding_mask(lengths.to("meta"), T).device.type
    except RuntimeError as error:
        if "meta tensor" not in str(error):
            raise
        return "meta"  # the answer reads the numbers, which is no mistake: "Cannot copy out of meta tensor; no data!"


def combined(impl, masks):
    return impl.combine(*masks)


T, B, S = between(3, 50), between(6, 8), between(1, 50)

CAUSAL = [
    Case("as many keys as queries", T=T, edges=[{T: 1}]),
    Case("more keys than queries", T=T, S=T + S, edges=[{T: 1}, {"S": None}]),
    Case("no keys yet", T=T, S=0, empty=True),
    Case("fewer keys than queries", T=T + S, S=T),
    Case("one query and 124 keys", T=1, S=124, recall=True),
    Case("127 queries, as many keys", T=127, recall=True),
]


def with_0_and(lengths, T):
    return torch.cat([lengths, torch.tensor([0, T])])


PADDING = [
    Case("lengths from 0 to T", lengths=integers(B, high=T + 1).map(with_0_and, T), T=T, edges=[{B: 1}]),
    Case("lengths on another device", lengths=integers(B, high=T), T=T, elsewhere=True),
    Case("all shorter than T", lengths=integers(B, high=T), T=T, edges=[{B: 1}, {B: 0}]),
    Case("five sequences, the longest first", lengths=exactly([55, 5, 3, 1, 0]), T=55, recall=True),
]


# Masks that differ in every possible way, each in some place.
W = between(4, 50)
A = exactly([True, False]).map(lambda rows, width: rows[:, None].expand(2, width).clone(), W)
HALF = W.map(lambda width: (torch.arange(width) < 2).expand(2, width).clone())
EVEN = W.map(lambda width: (torch.arange(width) % 2 == 0).expand(2, width).clone())

COMBINED = [
    Case("three", masks=[A, HALF, EVEN], edges=[{"masks": [HALF]}]),
    Case("shapes that broadcast", masks=[lower_triangle(T), coin(2, 1, T)], edges=[{T: 1}]),
    Case("None first, in the middle and last", masks=[None, A, None, coin(2, W), None]),
    Case("one", masks=[coin(2, W)], edges=[{"masks": [coin(2, W).map(torch.zeros_like)]}]),
    Case("nothing but None", masks=[None, None], fixed="there is nothing to draw"),
    Case("no mask at all", masks=[], fixed="there is nothing to draw"),
    Case("two axes among four", masks=[coin(2, 1, 1, 5), lower_triangle(3, 5), coin(1, 2, 3, 1)], recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal_mask(check, case):
    check.values(causal, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PADDING, ids=str)
def test_padding_mask(check, case):
    check.values(padding, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", COMBINED, ids=str)
def test_combine(check, case):
    check.values(combined, case)
