"""Recordings kept from one release to the next in .kata/recordings, so that only what has changed is recorded.

A recording is stale once one of these has changed: the exercise (`Exercise.digest`), the code of this package, the
files in fixtures/, or what `Provenance` says: the seeds, the devices, torch, Python and the machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from kata.course import Course, Exercise
from kata.course.recordings import Provenance
from kata.files import digest_of
from kata.judge.recording import Expectations

FOLDER = Path(".kata", "recordings")
PACKAGE = Path(__file__).resolve().parent.parent


class Cache:
    """The recordings of a course, made as `about` says."""

    def __init__(self, course: Course, about: Provenance):
        self._root = course.root
        code, fixtures = sorted(PACKAGE.rglob("*.py")), sorted((course.root / "fixtures").rglob("*"))
        self._made_with = about.text() + digest_of(code) + digest_of(fixtures)

    def has(self, exercise: Exercise, seed: int) -> bool:
        return self._file(exercise, seed).is_file()

    def keep(self, exercise: Exercise, seed: int, recording: Expectations) -> None:
        """Write a recording whole or not at all, then remove what it takes the place of.

        Raises:
            JudgeError: it is larger than a recording may be.
            OSError: it cannot be written.
        """
        file = self._file(exercise, seed)
        new = file.with_name(f".{seed}.{os.getpid()}.tmp")
        try:
            recording.write(new)
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)
        for old in file.parent.glob(f"{seed}-*.kata"):
            if old != file:
                old.unlink(missing_ok=True)

    def copy(self, exercise: Exercise, seed: int, target: Path) -> None:
        """Put a recording where a student's copy has it."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._file(exercise, seed), target)

    def _file(self, exercise: Exercise, seed: int) -> Path:
        key = hashlib.blake2b(f"{exercise.digest} {self._made_with}".encode(), digest_size=16).hexdigest()
        return self._root / FOLDER / exercise.id / f"{seed}-{key}.kata"
