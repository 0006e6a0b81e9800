"""Students' folders: the files in each of them, matched to exercises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kata.course import Exercise


def students(folder: Path) -> list[Path]:
    """List the students' folders in order. Links are left out: one could lead to a solution."""
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink() and one.name[0] not in "._")


def files(student: Path, exercises: Sequence[Exercise]) -> dict[str, Path]:
    """Find the file for each exercise: laid out like exercises/, in a folder of that name, or all in one place."""
    names = [exercise.name for exercise in exercises]
    found = {}
    for exercise in exercises:
        places = [student / f"{exercise.id}.py", student / "exercises" / f"{exercise.id}.py"]
        if names.count(exercise.name) == 1:
            places.append(student / f"{exercise.name}.py")
        found[exercise.id] = next((place for place in places if _inside(place, student)), places[0])
    return found


def _inside(file: Path, student: Path) -> bool:
    try:
        return file.is_file() and file.resolve().is_relative_to(student.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False
