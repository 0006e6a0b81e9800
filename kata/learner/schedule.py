"""Practice: when an exercise comes back (FSRS), how well it went, and the stub that it comes back as."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from kata.course import Course, Exercise
from kata.course.solution import REGION, stub
from kata.language import tr
from kata.learner.state import Progress, State

# No steps of minutes: an exercise is no vocabulary card, and comes back after a day at the earliest.
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=365)
SLACK = timedelta(minutes=5)  # two clocks of one learner may differ by so much

# What is fair to write from memory: a minute to think, and this much for each line of the reference.
THINKING_SECONDS, LINE_SECONDS = 60.0, 30.0
FEW_ATTEMPTS = 3
WITHOUT_A_REFERENCE = 600.0


@dataclass(frozen=True)
class Due:
    exercise: Exercise
    at: datetime


def schedule(course: Course, state: State, now: datetime) -> list[Due]:
    """List all exercises that were ever passed, the longest due first. Those new to the scheduler get their card."""
    found = []
    for exercise in course.exercises:
        progress = state.exercises.get(exercise.id)
        if progress and (progress.passed_at or progress.status == "passed"):
            found.append(Due(exercise, _card(progress, now).due))
    return sorted(found, key=lambda due: due.at)


def review(progress: Progress, rating: Rating, now: datetime) -> datetime:
    """Take a repetition down and say when the next one is due."""
    card, _ = SCHEDULER.review_card(_card(progress, now), rating, now)
    progress.card = dict(card.to_dict())
    return card.due


def rate(attempts: int, hints: int, seconds: float, fair: float, *, gave_up: bool = False) -> Rating:
    """Rate a repetition from attempts, hints and time: again, hard, good or easy."""
    if gave_up:
        return Rating.Again
    if hints or attempts > FEW_ATTEMPTS or seconds > 2 * fair:
        return Rating.Hard
    return Rating.Easy if attempts == 1 and seconds <= fair / 2 else Rating.Good


def fair_seconds(exercise: Exercise) -> float:
    """Estimate a fair time to write the exercise from memory, in seconds."""
    try:
        regions = REGION.findall(exercise.solution.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return WITHOUT_A_REFERENCE
    return THINKING_SECONDS + LINE_SECONDS * sum(len(body.strip().splitlines()) for _, body in regions)


def recall_stub(source: str) -> str:
    """Cut the solution (or its stub) down to a reminder: names, signatures, and a line each on what they do."""
    text = stub(source)
    lines = text.splitlines()
    for owner, node in reversed(list(_docstrings(ast.parse(text)))):
        first = str(node.value.value).strip().partition("\n")[0].lstrip("# ")  # type: ignore[attr-defined]
        shown = tr("{title}: from memory.", title=first) if isinstance(owner, ast.Module) else first
        indent = " " * node.col_offset
        prefix = "r" if "\\" in shown else ""
        lines[node.lineno - 1 : node.end_lineno] = [f'{indent}{prefix}"""{shown}"""']
    return "\n".join(lines) + "\n"


def file_of(course: Course, exercise: Exercise) -> Path:
    """The file of a repetition: beside exercises/, so that earlier work stays as it is."""
    return course.folder / "drill" / f"{exercise.id}.py"


def running(progress: Progress, now: datetime) -> dict[str, Any]:
    """The repetition that was begun and not ended, or a new one. Its seed is none that the exercise was graded with."""
    if not progress.drills or "rating" in progress.drills[-1]:
        began = now.isoformat(timespec="seconds")
        seed = int(now.timestamp()) % 2**31
        progress.drills.append({"began": began, "seed": seed, "attempts": 0, "hints": 0, "seconds": 0.0})
    return progress.drills[-1]


def _card(progress: Progress, now: datetime) -> Card:
    """Load the scheduler's card, moved along if the clock was set back: what was due in three days still is."""
    try:
        card = Card.from_dict(progress.card)  # type: ignore[arg-type]
        last = card.last_review or now
    except (KeyError, ValueError, TypeError):  # none yet, or none that can be read
        last = _passed_at(progress, now)
        rating = Rating.Hard if progress.hints or progress.attempts > FEW_ATTEMPTS else Rating.Good
        card, _ = SCHEDULER.review_card(Card(card_id=1, due=last), rating, last)
    ahead = last - now
    if ahead > SLACK:
        card.due, card.last_review = card.due - ahead, now
    progress.card = dict(card.to_dict())
    return card


def _passed_at(progress: Progress, now: datetime) -> datetime:
    try:
        passed = datetime.fromisoformat(progress.passed_at or progress.graded_at)
    except ValueError:
        return now
    return passed if passed.tzinfo else passed.replace(tzinfo=timezone.utc)


def _docstrings(tree: ast.Module) -> list[tuple[ast.AST, ast.Expr]]:
    """List the docstrings in the order of their lines."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            found.append((node, first))
    return sorted(found, key=lambda pair: pair[1].lineno)


def clock(seconds: float) -> str:
    """`4:05`, and from an hour on `1:04:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
