"""What an exercise calls its things: axes by the names of its signature, mistakes and hints in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kata.course import Course, Exercise
from kata.language import told
from kata.report.axes import axes_of, named
from kata.translation.exercise import HINT, MESSAGE, MISTAKE, find, say


@dataclass(frozen=True)
class Words:
    """Without an exercise, what is known of the harness's own words alone."""

    exercise: Exercise | None = None

    def message(self, text: str) -> str:
        if self.exercise is None:
            return told(text)
        of_the_exercise = say(self.exercise, MESSAGE, text)
        return told(named(text, axes_of(self.exercise.source))) if of_the_exercise == text else of_the_exercise

    def mistake(self, text: str) -> str:
        return say(self.exercise, MISTAKE, text) if self.exercise else text

    def hint(self, text: str) -> str:
        return say(self.exercise, HINT, text) if self.exercise else text


def words_of(course: Course) -> Callable[[str], Words]:
    """The words of each exercise of the course, by its id."""
    return lambda exercise: Words(find(course, exercise))
