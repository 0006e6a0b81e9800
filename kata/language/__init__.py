"""The reader's language: `tr("…")` says it now, `told` says what was raised in English."""

from kata.language.catalogue import CATALOGUES, ENGLISH, LANGUAGES, harness, read
from kata.language.speak import VARIABLE, asked, check, chosen, known, speaking, told, tr, use

__all__ = [
    "CATALOGUES",
    "ENGLISH",
    "LANGUAGES",
    "VARIABLE",
    "asked",
    "check",
    "chosen",
    "harness",
    "known",
    "read",
    "speaking",
    "told",
    "tr",
    "use",
]
