"""Translating what was said in English already: find the message it was made from, and what it was filled with."""

from __future__ import annotations

import re
from functools import cache

from kata.language import harness

TOLD = "told"  # the context of such messages in the catalogue; their places are {0}, {1}, ...
PLACE = re.compile(r"\{(\d+)\}")
DEPTH = 4  # a message within a message within a message


def translated(message: str, language: str, depth: int = DEPTH) -> str:
    """The message in this language; what is not known of it stays in English."""
    exact = harness(language).get((TOLD, message))
    if exact is not None:
        return exact
    if depth and "\n" in message:
        whole = _made_from(message, language, depth)
        return whole or "\n".join(translated(line, language, depth - 1) for line in message.split("\n"))
    return (depth and _made_from(message, language, depth)) or message


def _made_from(message: str, language: str, depth: int) -> str:
    for pattern, numbers, translation in _templates(language):
        found = pattern.fullmatch(message)
        if found:
            parts = {
                number: translated(part, language, depth - 1)
                for number, part in zip(numbers, found.groups(), strict=True)
            }
            return _filled(translation, parts)
    return ""


def _filled(translation: str, parts: dict[str, str]) -> str:
    return PLACE.sub(lambda place: parts.get(place[1], place[0]), translation)


@cache
def _templates(language: str) -> list[tuple[re.Pattern[str], list[str], str]]:
    """The longest words first: the more a message says, the surer it is that another was made from it."""
    found = [(id_, text) for (context, id_), text in harness(language).items() if context == TOLD and PLACE.search(id_)]
    found.sort(key=lambda pair: (-len(PLACE.sub("", pair[0])), pair[0]))
    return [(_pattern(id_), PLACE.findall(id_), text) for id_, text in found]


def _pattern(id_: str) -> re.Pattern[str]:
    words = PLACE.split(id_)[::2]
    return re.compile("(.*?)".join(map(re.escape, words)), re.DOTALL)
