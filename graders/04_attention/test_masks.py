"""Masks for attention: causal, for padding, and several in one."""

import pytest

from kata.grading import Case, coin, exactly, lower_triangle

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


CAUSAL = [
    Case("as many keys as queries", T=4),
    Case("more keys than queries", T=3, S=5),
    Case("no keys yet", T=3, S=0, empty=True),
    Case("fewer keys than queries", T=5, S=3),
    Case("one query and six keys", T=1, S=6, recall=True),
    Case("seven queries, as many keys", T=7, recall=True),
]
PADDING = [
    Case("lengths from 0 to T", lengths=exactly([2, 0, 4, 3]), T=4),
    Case("lengths on another device", lengths=exactly([2, 3]), T=5, elsewhere=True),
    Case("all shorter than T", lengths=exactly([2, 3]), T=5),
    Case("five sequences, the longest first", lengths=exactly([6, 5, 3, 1, 0]), T=6, recall=True),
]
# Three masks that differ in every possible way, in one place each.
A = exactly([[True, True, True, True], [False, False, False, False]])
B = exactly([[True, True, False, False], [True, True, False, False]])
C = exactly([[True, False, True, False], [True, False, True, False]])
TWO_TOKENS_AND_ONE = exactly([[[True, True, False]], [[True, False, False]]])

COMBINED = [
    Case("three", masks=[A, B, C]),
    Case("shapes that broadcast", masks=[lower_triangle(3), TWO_TOKENS_AND_ONE]),
    Case("None first, in the middle and last", masks=[None, A, None, B, None]),
    Case("one", masks=[A]),
    Case("nothing but None", masks=[None, None]),
    Case("no mask at all", masks=[]),
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
