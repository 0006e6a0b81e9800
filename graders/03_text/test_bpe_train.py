"""Byte-pair encoding, trained: the merges on texts of many scripts, special tokens, where it ends, the vocabulary, and time."""

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
    decomposed,
    few_letters,
    in_blanks,
    in_place_of_blanks,
    integers,
    lines,
    run_together,
    with_between,
)

# No floating-point numbers are in a case, so one run is all of them. Ten seconds let a slow answer be called slow.
pytestmark = pytest.mark.exercise(points=10, seconds=10, dtypes=["float32"])

TEXTS = Path(__file__).parents[2] / "fixtures" / "text"
SIZE = 256 + between(15, 40)


def merges(impl, text, vocab_size, **special_tokens):
    return impl.train_bpe(text, vocab_size, **special_tokens)[1]


def sizes(impl, text, vocab_size, **special_tokens):
    vocab, merges = impl.train_bpe(text, vocab_size, **special_tokens)
    return {"merges": len(merges), "vocabulary": len(vocab)}


def vocabulary(impl, text, vocab_size, **special_tokens):
    """What is in the vocabulary, whichever id it has."""
    vocab, merges = impl.train_bpe(text, vocab_size, **special_tokens)
    return {"ids": sorted(vocab), "tokens": sorted(vocab.values()), "merges": merges}


def text(name, count=3):
    return lines(TEXTS / f"{name}.txt", count).map("\n".join)


def words(different, count):
    """A text of so many words, of which a few are frequent and most are rare, as in any language."""

    def draw(source):
        g = source.generator
        letters = torch.randint(26, (different, 12), generator=g).add(97).tolist()
        lengths = torch.randint(4, 13, (different,), generator=g).tolist()
        known = [bytes(word[:length]).decode() for word, length in zip(letters, lengths, strict=True)]
        drawn = torch.multinomial(1 / torch.arange(2.0, different + 2), count, replacement=True, generator=g)
        return " ".join(known[i] for i in drawn.tolist())

    return Recipe(draw)


MERGES = [
    Case("English", text=text("english"), vocab_size=SIZE),
    Case("Latin letters with accents", text=text("latin"), vocab_size=SIZE),
    Case("Greek and Cyrillic", text=text("greek_and_cyrillic"), vocab_size=SIZE),
    Case("Chinese, Japanese and Korean", text=text("cjk"), vocab_size=SIZE),
    Case("combining marks", text=text("marks"), vocab_size=SIZE),
    Case(
        "accents apart from letters", text=lines(TEXTS / "latin.txt", 2).map(decomposed).map("\n".join), vocab_size=SIZE
    ),
    Case("emoji", text=text("emoji"), vocab_size=SIZE),
    Case("two letters, in runs", text=few_letters("ab"), vocab_size=SIZE),
    Case("three letters, with ties", text=few_letters("xyz"), vocab_size=SIZE),
    Case("blanks of any kind", text=lines(TEXTS / "english.txt", 2).map(in_blanks, BLANKS), vocab_size=SIZE),
    Case(
        "a contraction",
        text=lines(TEXTS / "english.txt", 1).map(lambda found: f"it's {found[0]} we'll'd"),
        vocab_size=SIZE,
    ),
    Case("characters of any kind", text=characters(between(50, 90)), vocab_size=SIZE),
    Case(
        "all scripts in one text",
        text=lines(TEXTS / "marks.txt", 2).map(lambda a, b: " ".join([*a, *b]), lines(TEXTS / "cjk.txt", 3)),
        vocab_size=SIZE + 50,
        recall=True,
    ),
    Case("four signs, with ties", text=few_letters("-=é好"), vocab_size=SIZE + 50, recall=True),
]

LONG = Case("80 merges in a long text, in time", text=words(1000, 3000), vocab_size=256 + 80)

# As many merges as there can be: whatever is left of a special token shows in one of them.
ALL = SIZE + 500
SPECIALS = [
    Case(
        "before, between and behind lines",
        text=lines(TEXTS / "english.txt", 3).map(with_between, SPECIAL),
        vocab_size=ALL,
        special_tokens=SPECIAL,
    ),
    Case(
        "directly beside letters",
        text=few_letters("ab").map(in_place_of_blanks, SPECIAL),
        vocab_size=ALL,
        special_tokens=SPECIAL,
    ),
    Case("none of them in the text", text=text("latin"), vocab_size=SIZE, special_tokens=SPECIAL),
    Case(
        "one of them begins another",
        text=lines(TEXTS / "english.txt", 3).map(with_between, PREFIXES),
        vocab_size=ALL,
        special_tokens=PREFIXES,
    ),
    Case(
        "two that overlap",
        text=lines(TEXTS / "english.txt", 3).map(run_together, OVERLAPPING),
        vocab_size=ALL,
        special_tokens=OVERLAPPING,
    ),
]

ENDS = [
    Case("no pair is left", text=few_letters("ab").map(lambda drawn: drawn[:9]), vocab_size=SIZE + 500),
    Case("an empty text", text="", vocab_size=SIZE),
    Case(
        "single letters",
        text=integers(9, low=97, high=123).map(lambda x: "\n".join(map(chr, x.tolist()))),
        vocab_size=SIZE,
    ),
    Case("no room for a merge", text=text("english"), vocab_size=256),
    Case("no room beside the special tokens", text=text("english"), vocab_size=258, special_tokens=["<s>", "</s>"]),
    Case("nothing but special tokens", text="<s></s><s>", vocab_size=SIZE, special_tokens=["<s>", "</s>"]),
]

VOCABULARY = [
    Case("English", text=text("english"), vocab_size=SIZE),
    Case("Chinese, and special tokens", text=text("cjk"), vocab_size=SIZE, special_tokens=SPECIAL),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", [*MERGES, LONG], ids=str)
def test_merges(check, case):
    if case is LONG:
        check.cost(merges, case, seconds=6)
    else:
        check.values(merges, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", SPECIALS, ids=str)
def test_special_tokens(check, case):
    check.values(merges, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", ENDS, ids=str)
def test_where_it_ends(check, case):
    check.values(sizes, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", VOCABULARY, ids=str)
def test_vocabulary(check, case):
    check.values(vocabulary, case)
