"""docs/exercises.md, in every language: each exercise with its title, difficulty, minutes, and what it builds on.

Made from course.toml, the statements' titles, their translations and the known answers, so that there is no list to
keep.
"""

from __future__ import annotations

from pathlib import Path

from kata.course import Course, Exercise, Track
from kata.course.answers import Answers
from kata.course.solution import statement
from kata.files import write_atomically
from kata.language import ENGLISH, LANGUAGES, speaking, tr
from kata.language.exercise import STATEMENT, say, title

HARDEST = 4


def file(course: Course, language: str) -> Path:
    """The page in this language, named as README.md and README.zh-CN.md are."""
    suffix = "" if language == ENGLISH else f".{language.replace('_', '-')}"
    return course.root / "docs" / f"exercises{suffix}.md"


def write(course: Course) -> list[Path]:
    """Bring the pages up to what the exercises say.

    Returns:
        The files that were changed.

    Raises:
        JudgeError: the known answers of an exercise cannot be read.
        OSError: a page cannot be written.
    """
    changed = []
    for language in LANGUAGES:
        page, text = file(course, language), written(course, language)
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.parent.mkdir(exist_ok=True)
            write_atomically(page, text)
            changed.append(page)
    return changed


def written(course: Course, language: str) -> str:
    """The whole page in this language."""
    others = [f"[{name}]({file(course, other).name})" for other, name in LANGUAGES.items() if other != language]
    with speaking(language):
        head = [f"# {tr('The exercises')}", " ".join(others), _explained()]
        return "\n\n".join([*head, *(_section(course, track) for track in course.tracks if track.exercises)]) + "\n"


def _explained() -> str:
    return tr(
        "In teaching order. The minutes are for someone who has done what the exercise builds on; `make list` shows what "
        "you have done. (`make stubs` makes this page: what is changed here by hand is lost.)"
    )


def _section(course: Course, track: Track) -> str:
    head = f"## {title(course, track.title)}\n\n`{track.id}`"
    columns = [tr("exercise"), tr("name"), tr("difficulty"), tr("minutes"), tr("builds on")]
    rows = [
        columns,
        ["---"] * len(columns),
        *(_row(exercise) for exercise in track.exercises if exercise.solution.is_file()),
    ]
    return f"{head}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(exercise: Exercise) -> list[str]:
    known = Answers.of(exercise)
    link = f"[{_title(exercise)}](../exercises/{exercise.id}.py)"
    stars = "★" * known.difficulty + "☆" * (HARDEST - known.difficulty)
    builds_on = [f"`{other.removeprefix(f'{exercise.track}/')}`" for other in known.builds_on]
    return [link, f"`{exercise.name}`", stars, str(known.minutes), ", ".join(builds_on)]


def _title(exercise: Exercise) -> str:
    """Read the statement's first line, in the reader's language; the exercise's name, if there is no statement."""
    english = statement(exercise.solution.read_text(encoding="utf-8")).partition("\n")[0]
    said = say(exercise, STATEMENT, english).removeprefix("#").strip()
    return (said or exercise.name).replace("|", "\\|")
