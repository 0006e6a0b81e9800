"""After a pass: the reference, and what to look for in it."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from kata.console import shown
from kata.course import Exercise
from kata.course.answers import Answers
from kata.language import tr
from kata.language.exercise import ALSO_RIGHT, say

SHOWN = 3  # other ways that are named


def offer(console: Console, exercise: Exercise) -> None:
    """Print the path of the reference, and a line on what to compare: the other ways that are known to be right."""
    if not exercise.solution.is_file():
        return
    link = f"link {exercise.solution.resolve().as_uri()}"
    line = Text(tr("Passed. Now compare with the reference: ")).append(shown(exercise.solution), link)
    console.print(line, soft_wrap=not console.is_terminal)
    ways = [say(exercise, ALSO_RIGHT, way.name) for way in Answers.of(exercise).also_right][:SHOWN]
    if ways:
        said = tr(
            "Also right: {ways}. Which way is yours, and what does the reference do otherwise?", ways="; ".join(ways)
        )
        console.print(Text(said), soft_wrap=not console.is_terminal)
