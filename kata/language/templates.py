"""Translation of messages already in English: find the template that one was made from, and the values in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from kata.language.catalogue import harness

TOLD = "told"  # the context of such messages in the catalogue; their places are {0}, {1}, ...
PLACE = re.compile(r"\{(\d+)\}")
DEPTH = 4  # a message within a message within a message
INPUT = re.compile(r"(?:^|, )(?=\w+(?:: | = ))")  # where the line on the inputs goes on to the next: `x: …, dim = 1`
PART = re.compile(r"(.+?)((?:\[[^\[\]]*\])+)")  # `the result['losses'][0]`

Template = tuple[re.Pattern[str], list[str], str]


def translated(message: str, language: str, depth: int = DEPTH) -> str:
    """The message in this language; what is not known of it stays in English."""
    exact = harness(language).get((TOLD, message))
    if exact is not None or not depth:
        return exact or message

    def inner(part: str) -> str:
        return translated(part, language, depth - 1)

    first, *inputs = INPUT.split(message)
    if not first and len(inputs) > 1:
        return ", ".join(map(inner, inputs))
    whole = _filled(message, _harness(language), inner)
    if not whole and "\n" in message:
        whole = "\n".join(map(inner, message.split("\n")))
    if not whole and (part := PART.fullmatch(message)):
        whole = inner(part[1]) + part[2]
    return whole or message


def matched(message: str, messages: Mapping[str, str]) -> str:
    """The translation of the one that the message was made from, or nothing."""
    return messages.get(message) or _filled(message, _templates(messages.items()), lambda part: part)


def _filled(message: str, templates: Iterable[Template], inner: Callable[[str], str]) -> str:
    for pattern, numbers, translation in templates:
        found = pattern.fullmatch(message)
        if found:
            parts = {number: inner(part) for number, part in zip(numbers, found.groups(), strict=True)}
            return _put(translation, parts)
    return ""


def _put(translation: str, parts: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: parts.get(place[1], place[0]), translation)


@cache
def _harness(language: str) -> list[Template]:
    return _templates((id_, text) for (context, id_), text in harness(language).items() if context == TOLD)


def _templates(messages: Iterable[tuple[str, str]]) -> list[Template]:
    """Compile the templates, longest words first: the more words a message has, the surer a match is the right one."""
    found = [pair for pair in messages if PLACE.search(pair[0])]
    found.sort(key=lambda pair: (-len(PLACE.sub("", pair[0])), pair[0]))
    return [(_pattern(id_), PLACE.findall(id_), text) for id_, text in found]


def _pattern(id_: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, PLACE.split(id_)[::2])))  # what is filled in is within a line
