"""Texts of one exercise for a learner: found in its solution and its grader, said in the reader's language.

Its translation lies in `translations/LANGUAGE/TRACK/NAME.po`, mirrored as everything else is: an exercise and its
Chinese come and go together, and two that are translated at once never meet in one file. The English itself is the key,
a paragraph at a time, so that what changes in a statement makes stale that paragraph alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kata.course import Course, Exercise
from kata.course.answers import Answers
from kata.course.grader_text import cases, tests
from kata.course.solution import stub
from kata.errors import JudgeError
from kata.language import docstrings
from kata.language.catalogue import ENGLISH, read
from kata.language.sources import template
from kata.language.speak import chosen
from kata.language.templates import matched

STATEMENT, DOCSTRING, HINT, MISTAKE, ALSO_RIGHT, TEST, CASE, MESSAGE = (
    "statement",
    "docstring",
    "hint",
    "mistake",
    "also right",
    "test",
    "case",
    "message",
)
FILLED = (CASE, MESSAGE)  # what may be made with an f-string


def catalogue(exercise: Exercise, language: str) -> Path:
    return exercise.root / "translations" / language / f"{exercise.id}.po"


def titles(course: Course, language: str) -> Path:
    """The catalogue of the titles of the course and of its tracks."""
    return course.root / "translations" / language / "course.po"


def title(course: Course, english: str) -> str:
    """A title in the reader's language."""
    language = chosen()
    return english if language == ENGLISH else read(titles(course, language)).get(("", english), english)


def texts(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Yield an exercise's English texts, each with its context, in the best order for a translator."""
    yield from docstrings.paragraphs(stub(exercise.solution.read_text(encoding="utf-8")))
    answers = Answers.of(exercise)
    for hint in answers.hints:
        yield HINT, hint
    for mistake in answers.mistakes:
        yield MISTAKE, mistake.name
        yield HINT, mistake.hint
    for way in answers.also_right:
        yield ALSO_RIGHT, way.name
    for test in tests(exercise):
        yield TEST, test
    for case in cases(exercise):
        yield CASE, template(case)
    for node in ast.walk(ast.parse(exercise.grader.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assert) and isinstance(node.msg, ast.Constant | ast.JoinedStr):
            yield MESSAGE, template(node.msg)


def say(exercise: Exercise, context: str, english: str, language: str = "") -> str:
    """The text in the reader's language, or as it is."""
    language = language or chosen()
    if language == ENGLISH or not english:
        return english
    known = read(catalogue(exercise, language))
    if context in FILLED:
        return matched(english, {id_: text for (where, id_), text in known.items() if where == context}) or english
    return known.get((context, english), english)


def in_words(exercise: Exercise, source: str, language: str = "") -> str:
    """A stub with its statement and docstrings in the reader's language."""
    language = language or chosen()
    if language == ENGLISH:
        return source
    try:
        return docstrings.translated(source, lambda context, text: say(exercise, context, text, language))
    except (SyntaxError, ValueError):  # what a student has torn stays as it is
        return source


def find(course: Course, exercise: str) -> Exercise:
    """The exercise of this id."""
    for one in course.exercises:
        if one.id == exercise:
            return one
    raise JudgeError(f"{exercise} is not listed in {course.root / 'course.toml'}")
