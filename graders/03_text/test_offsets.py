"""Offsets and word ids: the tokens of a span, spans that have none, and labels of words carried over to tokens."""

from itertools import pairwise

import pytest
import torch

from kata.grading import Case, Recipe, between, integers, once

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])

FEW = between(2, 4)
NONE = (0, 0)  # the offsets of a special token
LABEL_OF_EACH = integers(60, high=9)
ODD = integers(60, high=5).map(lambda drawn: 2 * drawn + 1)
ONE_LABEL = between(1, 9).map(lambda label: torch.full((60,), label))


def find(impl, offsets, spans):
    return {str(span): impl.span_to_tokens(offsets, *span) for span in spans}


def align(impl, word_ids, labels, **label_all):
    return impl.align_labels(word_ids, labels, **label_all)


def tokens(words=FEW, start=0):
    """Offsets of so many words of one to three tokens, the first one of two characters or more, with blanks between words."""

    def draw(source):
        g = source.generator
        count, at = source((words, start))
        found = []
        for pieces, blanks in torch.randint(1, 4, (count, 2), generator=g).tolist():
            for number, length in enumerate(torch.randint(1, 4, (pieces,), generator=g).tolist()):
                end = at + length + (number == 0)
                found.append((at, end))
                at = end
            at += min(blanks, 2)
        return found

    return Recipe(draw)


def with_special(offsets, before=1, behind=1):
    return [NONE] * before + offsets + [NONE] * behind


def with_special_inside(offsets, place):
    """One of them between two tokens, as a mask or a separator that the user wrote."""
    at = place % (len(offsets) - 1) + 1
    return [NONE, *offsets[:at], NONE, *offsets[at:], NONE]


def with_narrow(offsets):
    """Tokens without characters: before each one, and a blank away from the first and the last, where there is one."""
    first, last = max(offsets[0][0] - 1, 0), offsets[-1][1] + 1
    inner = [token for s, e in offsets for token in ((s, s), (s, e))]
    return [NONE, (first, first), *inner, (last, last), NONE]


def doubled(offsets, counts):
    """Several tokens of the same characters."""
    return [
        NONE,
        *(token for token, count in zip(offsets, counts * len(offsets), strict=False) for _ in range(count)),
        NONE,
    ]


def real(offsets):
    return [(s, e) for s, e in offsets if s < e]


def gaps(offsets):
    return [(one[1], two[0]) for one, two in pairwise(real(offsets)) if one[1] < two[0]]


def from_token_to_token(offsets):
    known = list(dict.fromkeys(real(offsets)))
    return [(s, e) for i, (s, _) in enumerate(known) for _, e in known[i:]]


def inside_tokens(offsets):
    """From the second character of a token to the last but one of another."""
    return [(s + 1, e - 1) for s, e in from_token_to_token(offsets) if s + 1 < e - 1]


def single_characters(offsets):
    known = dict.fromkeys(real(offsets))
    return [(at, at + 1) for s, e in known for at in range(s, e)]


def from_blank_to_blank(offsets):
    known = gaps(offsets)
    return [(one[0], two[1]) for i, one in enumerate(known) for two in known[i + 1 :]]


def from_the_end_of_blanks(offsets):
    known = gaps(offsets)
    return [(one[1] - 1, two[0] + 1) for i, one in enumerate(known) for two in known[i + 1 :]]


def empty_spans(offsets):
    known = real(offsets)
    return [(at, at) for at in range(known[0][0], known[-1][1] + 1)]


def across_the_ends(offsets):
    first, last = real(offsets)[0][0], real(offsets)[-1][1]
    return [(first - 1, first + 1), (first - 1, last), (last - 1, last + 1), (first, last + 2), (first - 1, last + 1)]


def beyond_the_ends(offsets):
    first, last = real(offsets)[0][0], real(offsets)[-1][1]
    return [(0, first), (first - 1, first), (last, last + 1), (last + 1, last + 3), (first - 1, first - 1)]


def any_spans(numbers):
    return [(min(pair), max(pair)) for pair in numbers.tolist()]


def to_the_end(offsets):
    """All there is, and the last token: both end where the text does."""
    known = real(offsets)
    return [(known[0][0], known[-1][1]), known[-1], known[0]]


def of(offsets, spans):
    """Offsets, and spans that are made of them."""
    kept = once(offsets)
    return {"offsets": kept, "spans": Recipe(lambda source: spans(source(kept)))}


def word_ids(words, first=0, skip=0):
    """The number of a word for each of its tokens, one to three, and of the last word one more. With `skip` some have none."""

    def draw(source):
        g = source.generator
        count, at = source((words, first))
        found = []
        for pieces, jump in torch.randint(1, 4, (count, 2), generator=g).tolist():
            found += [at] * pieces
            at += 1 + min(skip, jump - 1)
        return [*found, found[-1]]

    return Recipe(draw)


def framed(ids, behind=1):
    return [None, *ids, *[None] * behind]


def as_pair(one, two):
    return [None, *one, None, *two, None]


def labels_for(ids, drawn, more):
    """A label for each word, and for some that were cut off."""
    words = max((word for word in ids if word is not None), default=-1) + 1
    return drawn.tolist()[: words + more]


def labelled(ids, drawn=LABEL_OF_EACH):
    """Word ids, and a label for each word."""
    kept = once(ids)
    return {"word_ids": kept, "labels": kept.map(labels_for, drawn, between(0, 3))}


FAR = between(20, 60)
WINDOW = tokens(start=FAR).map(with_special, between(3, 6))

FOUND = [
    Case("from token to token", **of(tokens().map(with_special), from_token_to_token)),
    Case("from inside a token to inside another", **of(tokens().map(with_special), inside_tokens)),
    Case("single characters", **of(tokens().map(with_special), single_characters)),
    Case("no special tokens", **of(tokens(), to_the_end)),
    Case("padding behind the text", **of(tokens().map(with_special, 1, between(2, 5)), to_the_end)),
    Case("a window of a longer text", **of(WINDOW, from_token_to_token)),
    Case("from blank to blank", **of(tokens(between(3, 4)).map(with_special), from_blank_to_blank)),
    Case("with a blank at either end", **of(tokens(between(3, 4), FAR).map(with_special), from_the_end_of_blanks)),
    Case(
        "a special token inside the text", **of(tokens().map(with_special_inside, between(0, 99)), from_token_to_token)
    ),
    Case("tokens without characters", **of(tokens().map(with_narrow), from_token_to_token)),
    Case("tokens without characters, beside blanks", **of(tokens(between(3, 4)).map(with_narrow), from_blank_to_blank)),
    Case("tokens of the same characters", **of(tokens().map(doubled, [1, between(2, 4), 2]), from_token_to_token)),
    Case("inside tokens of the same characters", **of(tokens().map(doubled, [between(2, 4), 1]), single_characters)),
    Case("nine words", **of(tokens(9).map(with_special, 2, 5), from_token_to_token), recall=True),
    Case("eight words", **of(tokens(8, FAR).map(with_special, 4, 3), inside_tokens), recall=True),
]

WITHOUT = [
    Case("blanks only", **of(tokens(between(3, 4)).map(with_special), gaps)),
    Case("empty spans", **of(tokens().map(with_special), empty_spans)),
    Case("partly before the first token, or behind the last", **of(WINDOW, across_the_ends)),
    Case("before all tokens, or behind all", **of(WINDOW, beyond_the_ends)),
    Case("blanks with tokens without characters", **of(tokens(between(3, 4)).map(with_narrow), gaps)),
    Case("beyond tokens without characters", **of(tokens(start=FAR).map(with_narrow), across_the_ends)),
    Case(
        "special tokens only",
        offsets=between(1, 5).map(lambda count: [NONE] * count),
        spans=integers(between(2, 5), 2, high=9).map(any_spans),
    ),
    Case("no tokens", offsets=[], spans=integers(between(2, 5), 2, high=9).map(any_spans)),
    Case("seven words in a window", **of(tokens(7, FAR).map(with_special, 5, 4), across_the_ends), recall=True),
]

WORDS, MORE = between(3, 6), between(2, 5)
FRAMED = word_ids(WORDS).map(framed)
CUT_OFF = word_ids(WORDS, first=between(2, 9))
PAIR = word_ids(WORDS).map(as_pair, word_ids(MORE))
ONE_WORD = word_ids(1).map(as_pair, word_ids(1))
WITH_EMPTY = word_ids(MORE + 3, skip=2).map(framed)
PADDED = word_ids(WORDS).map(framed, MORE)
SPECIAL_ONLY = between(1, 4).map(lambda count: [None] * count)

LABELS = [
    Case("words of several tokens", **labelled(FRAMED)),
    Case("no special tokens", **labelled(word_ids(WORDS))),
    Case("a window that begins later", **labelled(CUT_OFF.map(framed))),
    Case("a pair of texts", **labelled(PAIR)),
    Case("one word in each of two texts", **labelled(ONE_WORD)),
    Case("words without tokens", **labelled(WITH_EMPTY)),
    Case("padding", **labelled(PADDED)),
    Case("special tokens only", **labelled(SPECIAL_ONLY)),
    Case("all words have the same label", **labelled(FRAMED, ONE_LABEL)),
    Case("no tokens", word_ids=[], labels=integers(MORE, high=9).map(torch.Tensor.tolist)),
    Case("ten words", **labelled(word_ids(10).map(framed, 3)), recall=True),
]

ALL = [
    Case("words of several tokens", **labelled(FRAMED, ODD), label_all=True),
    Case("a window that begins later", **labelled(CUT_OFF.map(framed)), label_all=True),
    Case("a pair of texts", **labelled(PAIR), label_all=True),
    Case("words without tokens, and padding", **labelled(word_ids(MORE, skip=1).map(framed, MORE)), label_all=True),
    Case("told that it is not so", **labelled(FRAMED), label_all=False),
    Case("eleven words", **labelled(word_ids(11).map(framed)), label_all=True, recall=True),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", FOUND, ids=str)
def test_tokens_of_a_span(check, case):
    check.values(find, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", WITHOUT, ids=str)
def test_spans_without_tokens(check, case):
    check.values(find, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LABELS, ids=str)
def test_labels(check, case):
    check.values(align, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", ALL, ids=str)
def test_all_tokens_of_a_word(check, case):
    check.values(align, case)
