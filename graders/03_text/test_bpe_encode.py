"""A byte-pair tokenizer: the merges in their order, special tokens, any Unicode there and back, and bytes that are no text."""

from pathlib import Path

import pytest
import torch

from kata.grading import (
    BLANKS,
    OVERLAPPING,
    PREFIXES,
    SPECIAL,
    Case,
    Recipe,
    between,
    characters,
    choice,
    decomposed,
    few_letters,
    in_blanks,
    in_place_of_blanks,
    integers,
    lines,
    run_together,
    with_between,
)

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=3, dtypes=["float32"])

TEXTS = Path(__file__).parents[2] / "fixtures" / "text"


def encode(impl, coding, text, **special_tokens):
    return impl.BPETokenizer(*coding, **special_tokens).encode(text)


def decode(impl, coding, ids, **special_tokens):
    return impl.BPETokenizer(*coding, **special_tokens).decode(ids)


def there_and_back(impl, coding, text, **special_tokens):
    tokenizer = impl.BPETokenizer(*coding, **special_tokens)
    return tokenizer.decode(tokenizer.encode(text))


def two_in_turn(impl, coding, other, text):
    """One tokenizer, then another one, then the first once more."""
    one, two = impl.BPETokenizer(*coding), impl.BPETokenizer(*other)
    return [one.encode(text), two.encode(text), one.encode(text), one.decode(one.encode(text))]


def coding(text, merges=40, special=()):
    """A vocabulary and merges for a text: of pairs that stand in it, in an order that is drawn, and so are the ids.

    No token is made by two merges, as none is in training.
    """

    def draw(source):
        g = source.generator
        drawn, others = source((text, special))
        data, others = drawn.encode(), [token.encode() for token in others]
        tokens, found = [bytes([byte]) for byte in range(256)], []
        for start, length, cut in torch.rand(30 * merges, 3, generator=g).tolist():
            token = data[int(start * len(data)) :][: 2 + int(4 * length)]
            pair = token[: 1 + int(cut * (len(token) - 1))], token[1 + int(cut * (len(token) - 1)) :]
            if len(found) < merges and token not in tokens + others and pair[0] in tokens and pair[1] in tokens:
                tokens.append(token)
                found.append(pair)
        tokens += others
        ids = torch.randperm(2 * len(tokens), generator=g).tolist()
        return dict(zip(ids, tokens, strict=False)), found

    return Recipe(draw)


def ids_of_bytes(coding, data):
    known = {token: id for id, token in coding[0].items()}
    return [known[bytes([byte])] for byte in data]


def any_ids(coding, drawn):
    known = sorted(coding[0])
    return [known[number % len(known)] for number in drawn.tolist()]


def ids_between(coding, special, data):
    """The ids of these bytes with a special token in the middle of them."""
    known = {token: id for id, token in coding[0].items()}
    ids = ids_of_bytes(coding, data)
    return [*ids[: len(ids) // 2], known[special[0].encode()], *ids[len(ids) // 2 :]]


def cut_off(found, start, end):
    """The bytes of these lines, from the middle of one character to the middle of another."""
    data = " ".join(found).encode()
    return data[start : len(data) - end]


def once(recipe):
    return choice(recipe)  # of one: the same wherever a case has it


def text_of(name, count=2):
    return once(lines(TEXTS / f"{name}.txt", count).map("\n".join))


def marked(name, special, change=with_between):
    return once(lines(TEXTS / f"{name}.txt", 3).map(change, special))


ENGLISH, LATIN, GREEK, CJK, MARKS, EMOJI = map(
    text_of, ["english", "latin", "greek_and_cyrillic", "cjk", "marks", "emoji"]
)
MORE_MARKS, APART = text_of("marks", 3), once(lines(TEXTS / "latin.txt", 2).map(decomposed).map(" ".join))
RUNS, TIES, SIGNS = once(few_letters("ab")), once(few_letters("xyz")), once(few_letters("-=é好"))
BLANK = once(lines(TEXTS / "english.txt", 2).map(in_blanks, BLANKS))
ANY = once(characters(between(40, 60)))
MARKED, PREFIXED, RUN_TOGETHER = (
    marked("english", SPECIAL),
    marked("latin", PREFIXES),
    marked("english", OVERLAPPING, run_together),
)
BESIDE = once(few_letters("ab").map(in_place_of_blanks, SPECIAL))
# A start byte without what follows, what follows without a start, and bytes that are never in UTF-8.
WRONG = [
    0xC3,
    0x28,
    0xE4,
    0xBD,
    0x80,
    0xBF,
    0xC0,
    0xAF,
    0xF5,
    0xFF,
    0xED,
    0xA0,
    0x80,
    0xF4,
    0x90,
    0x80,
    0x80,
    0xF0,
    0x9F,
]
BROKEN = integers(12, high=len(WRONG)).map(lambda drawn: bytes(WRONG[i] for i in drawn.tolist()))
CODING, WITH_SPECIAL = once(coding(CJK)), once(coding(CJK, special=SPECIAL))

ENCODED = [
    Case("English", coding=coding(ENGLISH), text=ENGLISH),
    Case("Latin letters with accents", coding=coding(LATIN), text=LATIN),
    Case("Greek and Cyrillic", coding=coding(GREEK), text=GREEK),
    Case("Chinese, Japanese and Korean", coding=coding(CJK), text=CJK),
    Case("accents apart from letters", coding=coding(APART), text=APART),
    Case("emoji", coding=coding(EMOJI), text=EMOJI),
    Case("two letters, in runs", coding=coding(RUNS), text=RUNS),
    Case("three letters", coding=coding(TIES), text=TIES),
    Case("blanks of any kind", coding=coding(BLANK), text=BLANK),
    Case("no merges", coding=coding(LATIN, merges=0), text=LATIN),
    Case("merges of another text", coding=coding(ENGLISH), text=MARKS),
    Case("an empty text", coding=coding(ENGLISH), text=""),
    Case("combining marks", coding=coding(MORE_MARKS, merges=70), text=MORE_MARKS, recall=True),
    Case("four signs", coding=coding(SIGNS, merges=60), text=SIGNS, recall=True),
]

SPECIALS = [
    Case(
        "before, between and behind lines",
        coding=coding(MARKED, special=SPECIAL),
        text=MARKED,
        special_tokens=SPECIAL,
    ),
    Case("directly beside letters", coding=coding(BESIDE, special=SPECIAL), text=BESIDE, special_tokens=SPECIAL),
    Case("in the vocabulary only", coding=coding(MARKED, special=SPECIAL), text=MARKED),
    Case(
        "one of them begins another",
        coding=coding(PREFIXED, special=PREFIXES),
        text=PREFIXED,
        special_tokens=PREFIXES,
    ),
    Case(
        "two that overlap",
        coding=coding(RUN_TOGETHER, special=OVERLAPPING),
        text=RUN_TOGETHER,
        special_tokens=OVERLAPPING,
    ),
    Case(
        "nothing but special tokens",
        coding=coding(ENGLISH, special=SPECIAL),
        text=SPECIAL.map(lambda special: "".join([*special, *special])),
        special_tokens=SPECIAL,
    ),
]

ROUND_TRIPS = [
    Case("characters of any kind", coding=coding(ANY), text=ANY),
    Case("combining marks", coding=coding(MARKS), text=MARKS),
    Case("blanks of any kind", coding=coding(BLANK), text=BLANK),
    Case("special tokens", coding=coding(MARKED, special=SPECIAL), text=MARKED, special_tokens=SPECIAL),
]

DECODED = [
    Case("bytes that are no text", coding=CODING, ids=CODING.map(ids_of_bytes, BROKEN)),
    Case(
        "cut off within characters",
        coding=CODING,
        ids=CODING.map(ids_of_bytes, lines(TEXTS / "cjk.txt", 1).map(cut_off, between(1, 2), between(1, 2))),
    ),
    Case("tokens in any order", coding=CODING, ids=CODING.map(any_ids, integers(50, high=2**20))),
    Case(
        "a special token among bytes that are no text",
        coding=WITH_SPECIAL,
        ids=WITH_SPECIAL.map(ids_between, SPECIAL, BROKEN),
        special_tokens=SPECIAL,
    ),
    Case("no ids", coding=CODING, ids=[]),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", ENCODED, ids=str)
def test_encoding(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SPECIALS, ids=str)
def test_special_tokens(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", DECODED, ids=str)
def test_decoding(check, case):
    check.values(decode, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", ROUND_TRIPS, ids=str)
def test_there_and_back(check, case):
    check.values(there_and_back, case)


@pytest.mark.points(1)
def test_two_tokenizers(check):
    check.values(two_in_turn, Case("two in turn", coding=coding(RUNS), other=coding(RUNS), text=RUNS))
