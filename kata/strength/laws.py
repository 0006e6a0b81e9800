"""Laws that take dozens of gradings: an exercise's record proves that it keeps them, and `make test` samples them."""

from __future__ import annotations

import os
import subprocess
import sys

from kata.course import Exercise

PROVED = "proved"  # pytest's mark of these tests


def broken_laws(exercise: Exercise) -> list[str]:
    """Hold an exercise to the laws in tests/laws that are marked as proved by its record, and list those it breaks."""
    if not (exercise.root / "tests/laws").is_dir():
        return []
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rfE",
        "--tb=no",
        "-m",
        PROVED,
        "-k",
        f"{exercise.id}]",
        "tests/laws",
    ]
    found = subprocess.run(  # noqa: S603 - pytest on our own tests
        command, cwd=exercise.root, env={**os.environ, "KATA_EVERY": "1"}, capture_output=True, text=True, check=False
    )
    broken = [line for line in found.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if found.returncode and not broken:
        broken = [f"`{' '.join(command[1:])}` ends with {found.returncode}: {(found.stderr or found.stdout)[-300:]}"]
    return broken
