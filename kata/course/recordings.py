"""Where a copy without solutions has what the references gave, and at which seeds it was recorded."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from kata.course.catalog import Course, Exercise
from kata.errors import JudgeError, UsageError

FOLDER = Path("fixtures", "expected")
ANY = "any"


@dataclass(frozen=True)
class Provenance:
    """How the recordings of a copy were made."""

    seeds: list[int]
    devices: list[str]
    torch: str
    python: str
    machine: str

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    def check_seed(self, seed: int) -> None:
        """Raises UsageError where nothing is recorded for it, which says what is."""
        if seed not in self.seeds:
            known = ", ".join(map(str, self.seeds))
            raise UsageError(f"A student's copy has results recorded at the seeds {known}, and none for --seed {seed}.")

    def check_device(self, device: str) -> None:
        """Raises UsageError where nothing is recorded for it, which says what is."""
        if device not in self.devices:
            known = " and ".join(self.devices)
            raise UsageError(f"A student's copy has results recorded on {known}, and none for --device {device}.")


def file_of(exercise: Exercise, seed: int | str) -> Path:
    """Where the expectations of an exercise at a seed are, or at `ANY`: where nothing is drawn, all are the same."""
    return exercise.root / FOLDER / exercise.id / f"{seed}.kata"


def found_at(exercise: Exercise, seed: int) -> Path:
    """The file that has the expectations at this seed."""
    file = file_of(exercise, seed)
    return file if file.is_file() else file_of(exercise, ANY)


def provenance_file(root: Path) -> Path:
    return root / FOLDER / "recorded.json"


def seed_like(root: Path, seed: int) -> int:
    """The seed itself or, where expectations are recorded, another one of theirs than the first, which all begin with."""
    known = provenance(root)
    others = known.seeds[1:] or known.seeds if known else [seed]
    return others[seed % len(others)]


def need_solutions(course: Course) -> None:
    """Raises UsageError in a student's copy, for what is done with solutions only."""
    if provenance(course.root):
        raise UsageError(
            "This is a student's copy, without solutions. What you ask for is done where the solutions are."
        )


def provenance(root: Path) -> Provenance | None:
    """How the recordings of this course were made; None where it has none, but solutions.

    Raises:
        JudgeError: what says so cannot be read.
    """
    file = provenance_file(root)
    if not file.is_file():
        return None
    try:
        return Provenance(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise JudgeError(f"{file} cannot be read: {error}. Take the folder anew from where it came.") from None
