"""What an exercise calls its things: axes by the names of its signature, all else in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kata.course import Course, Exercise
from kata.course.grader_text import spoken
from kata.language import told, tr
from kata.language.exercise import CASE, HINT, MESSAGE, MISTAKE, TEST, find, say
from kata.report.axes import axes_of, named


@dataclass(frozen=True)
class Words:
    """Without an exercise, what is known of the harness's own words alone."""

    exercise: Exercise | None = None

    def test(self, name: str) -> str:
        """`hidden_keys[one head]`: the test and the case, each as the reader says it."""
        function, bracket, case = name.partition("[")
        in_words = spoken(function)
        said = self._say(TEST, in_words)
        said = function if said == in_words else said
        return f"{said}[{self._say(CASE, case.removesuffix(']'))}]" if bracket else said

    def message(self, text: str) -> str:
        if self.exercise is None:
            return told(text)
        of_the_exercise = say(self.exercise, MESSAGE, text)
        return told(named(text, axes_of(self.exercise.source))) if of_the_exercise == text else of_the_exercise

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
