"""The list of all exercises with a learner's progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kata.console import bar, number, padded
from kata.course import Course, Exercise
from kata.language import tr
from kata.language.exercise import title
from kata.learner.state import State

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"passed": "green", "partial": "yellow", "not_started": "dim"}


def show(out: Console, course: Course, state: State, coming: Exercise | None) -> None:
    """Print the list, with the exercise that comes next marked."""
    from rich.text import Text

    for track in (one for one in course.tracks if one.exercises):
        passed = sum(map(state.passed, track.exercises))
        out.print(
            Text(f"{track.id}  {title(course, track.title)}  ", "bold").append(
                bar(passed, len(track.exercises), 10), "not bold"
            )
        )
        for exercise in track.exercises:
            progress = state.of(exercise)
            word = tr(progress.status).replace("_", " ")
            line = Text("  > " if exercise == coming else "    ").append(
                padded(word, 14), STYLES.get(progress.status, "red")
            )
            points = f"{number(progress.score)} / {number(progress.max_score)}" if progress.attempts else ""
            line.append(f"{points:<12}").append(exercise.name)
            out.print(line.append("  " + tr("next") if exercise == coming else "", "bold"), soft_wrap=True)
    passed = sum(map(state.passed, course.exercises))
    out.print(f"{bar(passed, len(course.exercises))} {tr('passed')}")
