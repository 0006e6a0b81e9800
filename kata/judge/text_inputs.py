"""Texts described, not written: lines of a file, and characters of any script, drawn from the seed of a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import torch

from kata.errors import JudgeError
from kata.judge.cases import Recipe, Size, Source, choice

# Where code points are drawn from, none of them a surrogate. Of all there are, most mean nothing yet.
BLOCKS = (
    range(0x80),  # ASCII with its controls
    range(0x80, 0x250),  # Latin with accents, and the blanks and signs before it
    range(0x300, 0x370),  # combining marks
    range(0x370, 0x1000),  # Greek to Tibetan
    range(0x2000, 0x2070),  # blanks, joiners, marks of direction
    range(0x3000, 0xA000),  # Chinese and Japanese
    range(0xAC00, 0xD800),  # Hangul
    range(0xE000, 0x10000),  # private ones, full-width ones, and the last of the first plane
    range(0x1F000, 0x1FB00),  # emoji
    range(0x10000, 0x110000),  # the other planes
)


# Sets of special tokens that a tokenizer may have: any; some that begin others; two of which one ends as the other begins.
SPECIAL = choice(
    ["<|endoftext|>"], ["</s>", "<s>"], ["[CLS]", "[SEP]", "[MASK]"], ["(.*)", "a?$"], ["。<|停|>", "\n\n"]
)
PREFIXES = choice(["<|end", "<|end|>"], ["**", "***", "**bold"], ["[SE", "[SENT]", "[SE]"])
OVERLAPPING = choice(["end|", "|start|"], ["<x>-", "->-<y>"], ["one two", "two three"])
BLANKS = choice([" ", "  ", "\n"], ["\t", " ", " \n\n ", "   "], ["\r\n", "\u3000", " \u00a0 "])


def lines(file: Path, count: Size) -> Recipe:
    """Draw a list of so many different lines of a text file, in an order that is drawn, too."""

    def draw(source: Source) -> list[str]:
        found, wanted = _lines_of(file), source(count)
        if wanted > len(found):
            raise JudgeError(f"{file} has {len(found)} lines, and {wanted} are drawn of them")
        order = torch.randperm(len(found), generator=source.generator)[:wanted].tolist()
        return [found[number] for number in order]

    return Recipe(draw)


def characters(count: Size) -> Recipe:
    """Draw a text of so many characters, each of a block that is drawn: assigned or not, but no surrogate."""

    def draw(source: Source) -> str:
        wanted = source(count)
        blocks = torch.randint(len(BLOCKS), (wanted,), generator=source.generator).tolist()
        shares = torch.rand(wanted, generator=source.generator, dtype=torch.float64).tolist()
        return "".join(
            chr(BLOCKS[block][int(share * len(BLOCKS[block]))]) for block, share in zip(blocks, shares, strict=True)
        )

    return Recipe(draw)


def few_letters(alphabet: str) -> Recipe:
    """Draw words of a few letters, which are full of runs and of pairs that occur equally often."""

    def draw(source: Source) -> str:
        g = source.generator
        lengths = torch.randint(1, 7, (20,), generator=g).tolist()
        return " ".join(
            "".join(alphabet[i] for i in torch.randint(len(alphabet), (n,), generator=g).tolist()) for n in lengths
        )

    return Recipe(draw)


def decomposed(found: Sequence[str]) -> list[str]:
    """Write these lines with every accent a character of its own."""
    return [unicodedata.normalize("NFD", line) for line in found]


def in_blanks(found: Sequence[str], blanks: Sequence[str]) -> str:
    """Put each of these blanks in turn behind the words of these lines."""
    words = " ".join(found).split()
    return "".join(word + blank for word, blank in zip(words, [*blanks] * len(words), strict=False))


def with_between(found: Sequence[str], special: Sequence[str]) -> str:
    """Put the special tokens in turn before, between and behind these lines, and two of them side by side."""
    marked = "".join(special[i % len(special)] + line for i, line in enumerate(found))
    return marked + special[0] + special[-1]


def in_place_of_blanks(words: str, special: Sequence[str]) -> str:
    """Put the special tokens in turn where blanks were: directly beside letters."""
    first, *others = words.split(" ")
    return first + "".join(special[i % len(special)] + word for i, word in enumerate(others))


def run_together(found: Sequence[str], special: Sequence[str]) -> str:
    """Put both special tokens in one, the end of the first as the beginning of the second, between these lines."""
    first, second = special
    shared = next(n for n in range(min(len(first), len(second)), 0, -1) if first.endswith(second[:n]))
    return (first + second[shared:]).join(found)


def _lines_of(file: Path) -> list[str]:
    """Split at newlines only: other characters that end a line are part of a text."""
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgeError(f"{file} cannot be read: {error}. Restore it.") from None
