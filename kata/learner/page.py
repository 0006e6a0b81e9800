"""A learner's progress as one page: no script, no network, nothing but the state and the course in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from kata.console import number
from kata.course import Course, Exercise, Track
from kata.language import chosen, tr
from kata.language.exercise import MISTAKE, say, title
from kata.learner.schedule import Due, clock
from kata.learner.state import Progress, State


@dataclass(frozen=True)
class Row:
    """A line of the table of exercises."""

    id: str
    word: str
    status: str
    score: str
    attempts: int
    hints: int
    time: str


@dataclass(frozen=True)
class Mistake:
    exercise: str
    name: str
    mended: bool


def render(course: Course, state: State, due: Sequence[Due], now: datetime) -> str:
    """The page as HTML."""
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["breakable"] = breakable
    text = (files("kata.learner") / "page.html").read_text(encoding="utf-8")
    passed = sum(map(state.passed, course.exercises))
    return page.from_string(text).render(
        tr=tr,
        language=chosen().replace("_", "-"),
        title=title(course, course.title),
        today=f"{now.astimezone():%Y-%m-%d}",
        passed=passed,
        count=len(course.exercises),
        streak=streak(state.days, now.astimezone().date()),
        days=len(state.days),
        time=clock(sum(progress.seconds for progress in state.exercises.values())),
        tracks=[_track(course, state, track) for track in course.tracks if track.exercises],
        mistakes=_mistakes(course, state),
        due=[(f"{one.at.astimezone():%Y-%m-%d}", one.exercise.id, one.at <= now) for one in due],
    )


def breakable(name: str) -> Markup:
    """A name that a narrow screen may break where its words end, and that is copied without the breaks."""
    return Markup(re.sub("(?<=[a-z])([/_])", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped first


def streak(days: Sequence[str], today: date) -> int:
    """Count the days in a row on which something was done, up to today or, if nothing was today, yesterday."""
    known = set(days)
    day = today if today.isoformat() in known else today - timedelta(days=1)
    count = 0
    while day.isoformat() in known:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _track(course: Course, state: State, track: Track) -> tuple[str, str, int, list[Row]]:
    passed = sum(map(state.passed, track.exercises))
    return track.id, title(course, track.title), passed, [_row(state, exercise) for exercise in track.exercises]


def _row(state: State, exercise: Exercise) -> Row:
    progress = state.exercises.get(exercise.id, Progress())
    score = f"{number(progress.score)} / {number(progress.max_score)}" if progress.attempts else ""
    return Row(
        exercise.id,
        tr(progress.status).replace("_", " "),
        progress.status,
        score,
        progress.attempts,
        progress.hints,
        clock(progress.seconds) if progress.seconds else "",
    )


def _mistakes(course: Course, state: State) -> list[Mistake]:
    found = []
    for exercise in course.exercises:
        progress = state.exercises.get(exercise.id, Progress())
        for name, what in progress.mistakes.items():
            found.append(Mistake(exercise.id, say(exercise, MISTAKE, name), what == "mended"))
    return sorted(found, key=lambda mistake: mistake.mended)
