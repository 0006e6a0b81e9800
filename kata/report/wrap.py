"""Lines for a terminal, also in Chinese: rich breaks at blanks alone, which Chinese does without."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_PIECE = re.compile(r"[⺀-鿿豈-﫿︰-﹏＀-￯…—]|\s+|[^\s⺀-鿿豈-﫿︰-﹏＀-￯…—]+")
_WIDE = re.compile("[⺀-鿿豈-﫿＀-￯]")
_NEVER_FIRST = "，。；：、？！）」』》”’…—"


def wrap(console: Console, text: Text, width: int) -> list[Text]:
    """The text in lines of so many columns."""
    if not _WIDE.search(text.plain):
        return list(text.wrap(console, width))
    lines = []
    for line in text.split("\n", allow_blank=True):
        lines += list(line.divide(_breaks(line.plain, width)))
    for line in lines:
        line.rstrip()
    return lines


def show(console: Console, text: str) -> None:
    """Print it, in lines on a terminal and as it is in a pipe."""
    for line in wrap(console, Text(text), console.width) if console.is_terminal else [Text(text)]:
        console.print(line, soft_wrap=True)


def _breaks(text: str, width: int) -> list[int]:
    found, start, column, before = [], 0, 0, 0
    for piece in _PIECE.finditer(text):
        size = cell_len(piece[0])
        if column + size > width and not piece[0].isspace() and piece.start() > start:
            # What may not begin a line takes the character before it along.
            at = before if piece[0] in _NEVER_FIRST and before > start else piece.start()
            found.append(at)
            start, column = at, cell_len(text[at : piece.start()])
        column += size
        before = piece.start()
    return found
