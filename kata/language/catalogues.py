"""Upkeep of the catalogues: bringing them up to the sources, and listing their faults."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from kata.course import COURSE_FILE, Course
from kata.files import write_atomically
from kata.language import exercise as exercises
from kata.language import sources
from kata.language.catalogue import CATALOGUES, ENGLISH, LANGUAGES

Wanted = Mapping[tuple[str, str], list[str]]  # (context, English) → where it is said
_PLACE = re.compile(r"\{\w+\}")
_CODE = re.compile(r"`[^`]+`")


def all_of(course: Course) -> Iterator[tuple[Path, str, Wanted]]:
    """Yield every catalogue that should be there: its file, its language, and the texts it should hold."""
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        yield CATALOGUES / f"{language}.po", language, sources.messages()
        yield exercises.titles(course, language), language, {("", text): [COURSE_FILE] for text in _titles(course)}
        for exercise in course.exercises:
            wanted = {key: [f"{exercise.id}"] for key in exercises.texts(exercise) if key[1]}
            yield exercises.catalogue(exercise, language), language, wanted


def _titles(course: Course) -> list[str]:
    return [course.title, *(track.title for track in course.tracks)]


def update(file: Path, language: str, wanted: Wanted) -> None:
    """Write what is wanted into the catalogue: known translations stay, nearly known ones are marked fuzzy."""
    template = Catalog(charset="utf-8")
    for (context, text), places in wanted.items():
        template.add(text, context=context or None, locations=[(place, 0) for place in places])
    catalogue = _read(file, language)
    catalogue.update(template, update_creation_date=False)
    out = io.BytesIO()
    write_po(out, catalogue, width=118, include_lineno=False, ignore_obsolete=True, sort_output=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, out.getvalue().decode("utf-8"))


def faults(file: Path, language: str, wanted: Wanted) -> list[str]:
    """List a catalogue's faults: texts untranslated, stale or fuzzy, or that lost a place or a piece of code."""
    catalogue = _read(file, language)
    have = {(message.context or "", str(message.id)): message for message in catalogue if message.id}
    found = [f"stale: {_short(text)}" for _, text in have.keys() - wanted.keys()]
    for context, text in wanted:
        message = have.get((context, text))
        if message is None or not message.string:
            found.append(f"untranslated: {_short(text)}")
        elif message.fuzzy:
            found.append(f"fuzzy: {_short(text)}")
        else:
            found += _lost(text, str(message.string))
    return sorted(found)


def _lost(text: str, translation: str) -> Iterable[str]:
    if sorted(set(_PLACE.findall(_prose(text)))) != sorted(set(_PLACE.findall(_prose(translation)))):
        yield f"other places: {_short(text)}"
    for code in sorted(set(_CODE.findall(text)) - set(_CODE.findall(translation))):
        yield f"without {code}: {_short(text)}"


def _prose(text: str) -> str:
    return re.sub(r"\$[^$]*\$", "", text, flags=re.DOTALL)  # {i} in a formula is LaTeX


def _read(file: Path, language: str) -> Catalog:
    if file.is_file():
        with file.open("rb") as opened:
            return read_po(opened, locale=language, abort_invalid=True)
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    return Catalog(
        locale=language, project="llm-kata", fuzzy=False, charset="utf-8", creation_date=now, revision_date=now
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) < 80 else f"{line[:77]}..."
