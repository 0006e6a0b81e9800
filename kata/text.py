"""Text from a student, made safe to print."""

from __future__ import annotations

import re

# Everything a terminal takes for a command: C0 and C1 controls but for tab and newline, the marks that turn the direction
# of writing, and those that end a line or hide one text in another. An escape sequence loses its first character and is
# harmless, visible text.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff]"
)


def plain(text: str, limit: int = 4000) -> str:
    """The text without control characters, and no longer than `limit`."""
    text = text[:limit].encode(errors="replace").decode()  # half a surrogate pair cannot be written anywhere
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))
