"""Texts described, not written: lines of a file, and characters of any script, drawn from the seed of a run."""

from __future__ import annotations

from pathlib import Path

import torch

from kata.cases import Recipe, Size, Source
from kata.errors import JudgeError

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


def lines(file: Path, count: Size) -> Recipe:
    """So many different lines of a text file, in an order that is drawn, too, as a list."""

    def draw(source: Source) -> list[str]:
        found, wanted = _lines_of(file), source(count)
        if wanted > len(found):
            raise JudgeError(f"{file} has {len(found)} lines, and {wanted} are drawn of them")
        order = torch.randperm(len(found), generator=source.generator)[:wanted].tolist()
        return [found[number] for number in order]

    return Recipe(draw)


def characters(count: Size) -> Recipe:
    """A text of so many characters, each of a block that is drawn: assigned or not, but no surrogate."""

    def draw(source: Source) -> str:
        wanted = source(count)
        blocks = torch.randint(len(BLOCKS), (wanted,), generator=source.generator).tolist()
        shares = torch.rand(wanted, generator=source.generator, dtype=torch.float64).tolist()
        return "".join(
            chr(BLOCKS[block][int(share * len(BLOCKS[block]))]) for block, share in zip(blocks, shares, strict=True)
        )

    return Recipe(draw)


def _lines_of(file: Path) -> list[str]:
    """Split at newlines only: other characters that end a line are part of a text."""
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgeError(f"{file} cannot be read: {error}. Restore it.") from None
