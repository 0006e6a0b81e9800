"""The ledger of a class: a line of JSON for each student graded, safe on the disk before the next one is graded.

So a grading that was killed goes on where it stopped, and one that is asked for again grades only what has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kata.errors import UsageError
from kata.files import write_atomically
from kata.judge.scoring import MAX_SOURCE

FILE = "results.jsonl"


class Ledger:
    """The results in a folder: `entries` has the last one of each student."""

    def __init__(self, folder: Path):
        self._path = folder / FILE
        self.entries: dict[str, dict[str, Any]] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """Read what is there, and let nobody else write until the end.

        Raises:
            UsageError: somebody does.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with (self._path.parent / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(f"another kata grades into {self._path.parent}. Wait for it, or end it.") from None
            self._load()
            yield

    def graded(self, student: str, fingerprint: str) -> bool:
        """Tell whether this very work has a score. Work that the judge failed at has none, and is tried again."""
        entry = self.entries.get(student)
        return bool(entry and entry["fingerprint"] == fingerprint and entry["score"] is not None)

    def add(self, student: str, fingerprint: str, verdict: Mapping[str, Any]) -> None:
        self.entries[student] = {"student": student, "fingerprint": fingerprint, **verdict}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(self.entries[student], allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def keep_only(self, students: Sequence[str]) -> None:
        """Write the file anew, one line a student in this order."""
        self.entries = {student: self.entries[student] for student in students if student in self.entries}
        lines = (json.dumps(entry, allow_nan=False) + "\n" for entry in self.entries.values())
        write_atomically(self._path, "".join(lines))

    def _load(self) -> None:
        text = self._path.read_text(encoding="utf-8", errors="replace") if self._path.exists() else ""
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                self.entries[entry["student"]] = {**entry, "fingerprint": entry["fingerprint"]}
            except (ValueError, KeyError, TypeError):
                continue  # the line that a killed grading was about to write
        self.keep_only(list(self.entries))


def fingerprint(digests: Mapping[str, str], files: Mapping[str, Path], seed: str) -> str:
    """Digest all that a verdict depends on: the exercises' digests, the files that answer them, the seed or secret."""
    found = hashlib.sha256(seed.encode())
    for exercise, digest in digests.items():
        found.update(f"\n{exercise} {digest}\n".encode())
        path = files.get(exercise)
        if path and path.is_file():
            with path.open("rb") as file:
                found.update(file.read(MAX_SOURCE + 1))
    return found.hexdigest()
