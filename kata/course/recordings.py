"""Recordings in a copy without solutions: where they lie, and the seeds and devices that they were made at."""

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
    """The origin of a copy's recordings: seeds, devices and versions."""

    seeds: list[int]
    devices: list[str]
    torch: str
    python: str
    machine: str

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    def check_seed(self, seed: int) -> None:
        """Raise UsageError, which names the recorded seeds, if nothing is recorded at this one."""
        if seed not in self.seeds:
            known = ", ".join(map(str, self.seeds))
            raise UsageError(f"A student's copy has results recorded at the seeds {known}, and none for --seed {seed}.")

    def check_device(self, device: str) -> None:
        """Raise UsageError, which names the recorded devices, if nothing is recorded on this one."""
        if device not in self.devices:
            known = " and ".join(self.devices)
            raise UsageError(f"A student's copy has results recorded on {known}, and none for --device {device}.")


def file_of(exercise: Exercise, seed: int | str) -> Path:
    """Build the path of an exercise's recording at a seed, or at `ANY`: where nothing is drawn, all seeds share one."""
    return exercise.root / FOLDER / exercise.id / f"{seed}.kata"


def found_at(exercise: Exercise, seed: int) -> Path:
    """Find the file of the recording at this seed."""
    file = file_of(exercise, seed)
    return file if file.is_file() else file_of(exercise, ANY)


def provenance_file(root: Path) -> Path:
    return root / FOLDER / "recorded.json"


def seed_like(root: Path, seed: int) -> int:
    """Choose a drill's seed: in a student's copy a recorded one, not the first if there are more; else `seed`."""
    known = provenance(root)
    others = known.seeds[1:] or known.seeds if known else [seed]
    return others[seed % len(others)]


def need_solutions(course: Course) -> None:
    """Raise UsageError in a student's copy: the work asked for needs solutions."""
    if provenance(course.root):
        raise UsageError(
            "This is a student's copy, without solutions. What you ask for is done where the solutions are."
        )


def provenance(root: Path) -> Provenance | None:
    """Read the origin of this course's recordings; None where it has none, but solutions.

    Raises:
        JudgeError: the file that tells it cannot be read.
    """
    file = provenance_file(root)
    if not file.is_file():
        return None
    try:
        return Provenance(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise JudgeError(f"{file} cannot be read: {error}. Take the folder anew from where it came.") from None
