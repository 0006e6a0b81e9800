"""Two texts in one input: what is put where, padding, which text is cut, one text alone, and what is too small."""

import pytest

from kata.grading import Case, between, integers

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def encode(impl, a, b, special, max_len, **pad_id):
    return impl.encode_pair(a, b, **special, max_len=max_len, **pad_id)


def ids(length):
    return integers(length, low=10, high=1000).map(lambda drawn: drawn.tolist())


def any_of(length, *tokens):
    """A text of each of these tokens, and so many more of them."""
    more = integers(length, high=len(tokens))
    return more.map(lambda drawn, known: [*known, *(known[i] for i in drawn.tolist())], tokens)


SPECIAL = {"cls_id": between(1000, 1999), "sep_id": between(2000, 2999)}
PAD = between(3000, 3999)
SHORT, MORE = between(2, 6), between(4, 9)
LONG = SHORT + MORE
BOTH = SHORT + LONG
CUT = between(1, 3)

PAIRS = [
    Case("padded", a=ids(LONG), b=ids(SHORT), special=SPECIAL, max_len=BOTH + 3 + MORE),
    Case("another token for padding", a=ids(SHORT), b=ids(LONG), special=SPECIAL, max_len=BOTH + 3 + CUT, pad_id=PAD),
    Case("both just fit", a=ids(SHORT), b=ids(LONG), special=SPECIAL, max_len=BOTH + 3),
    Case(
        "tokens of the text with the ids of special tokens",
        a=any_of(LONG, PAD, SPECIAL["sep_id"], SPECIAL["cls_id"]),
        b=any_of(LONG, PAD, SPECIAL["sep_id"], SPECIAL["cls_id"]),
        special=SPECIAL,
        max_len=2 * (LONG + 3) + 3 + MORE,
        pad_id=PAD,
    ),
    Case("the second text is empty", a=ids(SHORT), b=[], special=SPECIAL, max_len=SHORT + 3 + MORE),
    Case("the first text is empty", a=[], b=ids(SHORT), special=SPECIAL, max_len=SHORT + 3 + MORE),
    Case("both are empty", a=[], b=[], special=SPECIAL, max_len=3 + MORE),
    Case("twenty tokens and ten", a=ids(20), b=ids(10), special=SPECIAL, max_len=between(40, 50), recall=True),
]

CUTS = [
    Case("the first text is longer", a=ids(LONG), b=ids(SHORT), special=SPECIAL, max_len=BOTH + 3 - CUT),
    Case("the second text is longer", a=ids(SHORT), b=ids(LONG), special=SPECIAL, max_len=BOTH + 3 - CUT),
    Case("two of the same length, one token too many", a=ids(LONG), b=ids(LONG), special=SPECIAL, max_len=2 * LONG + 2),
    Case("two of the same length, two too many", a=ids(LONG), b=ids(LONG), special=SPECIAL, max_len=2 * LONG + 1),
    Case(
        "the first is longer, both are cut, the room is odd",
        a=ids(LONG),
        b=ids(SHORT),
        special=SPECIAL,
        max_len=2 * SHORT,
    ),
    Case(
        "the second is longer, both are cut, the room is odd",
        a=ids(SHORT),
        b=ids(LONG),
        special=SPECIAL,
        max_len=2 * SHORT,
    ),
    Case(
        "the second is longer, both are cut, the room is even",
        a=ids(SHORT),
        b=ids(LONG),
        special=SPECIAL,
        max_len=2 * SHORT + 1,
    ),
    Case("an empty text and a long one", a=[], b=ids(LONG), special=SPECIAL, max_len=3 + SHORT),
    Case("a long text and an empty one", a=ids(LONG), b=[], special=SPECIAL, max_len=3 + SHORT),
    Case("room for one token", a=ids(SHORT), b=ids(LONG), special=SPECIAL, max_len=3 + 1),
    Case("room for special tokens only", a=ids(LONG), b=ids(SHORT), special=SPECIAL, max_len=3),
    Case("thirty tokens and twenty-one", a=ids(30), b=ids(21), special=SPECIAL, max_len=between(5, 50), recall=True),
]

SINGLE = [
    Case("padded", a=ids(LONG), b=None, special=SPECIAL, max_len=LONG + 2 + MORE, pad_id=PAD),
    Case("just fits", a=ids(LONG), b=None, special=SPECIAL, max_len=LONG + 2),
    Case("cut", a=ids(LONG), b=None, special=SPECIAL, max_len=LONG + 2 - CUT),
    Case("room for special tokens only", a=ids(SHORT), b=None, special=SPECIAL, max_len=2),
    Case("an empty text", a=[], b=None, special=SPECIAL, max_len=2 + MORE),
    Case("fifteen tokens", a=ids(15), b=None, special=SPECIAL, max_len=between(5, 30), recall=True),
]

TOO_SMALL = [
    Case("two texts", a=ids(SHORT), b=ids(LONG), special=SPECIAL, max_len=between(0, 2)),
    Case("two texts, room for two special tokens", a=ids(SHORT), b=ids(SHORT), special=SPECIAL, max_len=2),
    Case("the second text is empty", a=ids(SHORT), b=[], special=SPECIAL, max_len=2),
    Case("both are empty", a=[], b=[], special=SPECIAL, max_len=between(0, 2)),
    Case("one text", a=ids(LONG), b=None, special=SPECIAL, max_len=between(0, 1)),
    Case("one empty text", a=[], b=None, special=SPECIAL, max_len=1),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", PAIRS, ids=str)
def test_two_texts_that_fit(check, case):
    check.values(encode, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CUTS, ids=str)
def test_which_text_is_cut(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SINGLE, ids=str)
def test_one_text(check, case):
    check.values(encode, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", TOO_SMALL, ids=str)
def test_too_small(check, case):
    check.raises(ValueError, encode, case)
