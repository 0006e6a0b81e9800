"""Translations of an exercise's names: its tests, cases and mistakes in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kata.course import Course, Exercise
from kata.course.grader_text import spoken
from kata.language import told, tr
from kata.language.exercise import CASE, HINT, MESSAGE, MISTAKE, TEST, find, say


@dataclass(frozen=True)
class Words:
    """The reader's words for an exercise's tests, cases and mistakes; without an exercise, the harness's own alone."""

    exercise: Exercise | None = None

    def test(self, name: str) -> str:
        """`hidden_keys[one head]`: the test and the case, each as the reader says it."""
        function, bracket, case = name.partition("[")
        in_words = spoken(function)
        said = self._say(TEST, in_words)
        said = function if said == in_words else said
        return f"{said}[{self._say(CASE, case.removesuffix(']'))}]" if bracket else said

    def message(self, text: str) -> str:
        said = self._say(MESSAGE, text)
        return told(text) if said == text else said

    def mistake(self, text: str, besides: bool = False) -> str:
        said = self._say(MISTAKE, text)
        if besides:
            return tr("This looks like: {mistake}; and something else is wrong, too", mistake=said)
        return tr("This looks like: {mistake}", mistake=said)

    def hint(self, text: str) -> str:
        return tr("Hint: {hint}", hint=self._say(HINT, text))

    def _say(self, context: str, text: str) -> str:
        return say(self.exercise, context, text) if self.exercise else text


def words_of(course: Course) -> Callable[[str], Words]:
    """The words of each exercise of the course, by its id."""
    return lambda exercise: Words(find(course, exercise))
