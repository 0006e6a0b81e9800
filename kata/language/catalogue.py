"""The catalogues as they are read: (context, English) → translation."""

from __future__ import annotations

from functools import cache
from pathlib import Path

ENGLISH = "en"


LANGUAGES = {"en": "English", "zh_CN": "简体中文"}


CATALOGUES = Path(__file__).parent / "translations"


@cache
def harness(language: str) -> dict[tuple[str, str], str]:
    """Read the catalogue of the harness's own texts."""
    return read(CATALOGUES / f"{language}.po")


@cache
def read(file: Path) -> dict[tuple[str, str], str]:
    """Read a catalogue: (context, English) → translation. No file gives none; fuzzy and missing ones are left out."""
    if not file.is_file():
        return {}
    from babel.messages.pofile import read_po

    with file.open("rb") as opened:
        found = read_po(opened, abort_invalid=True)
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in found
        if message.id and message.string and not message.fuzzy
    }
