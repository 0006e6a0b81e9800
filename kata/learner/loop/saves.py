"""Saved exercises, watched in one thread by watchfiles, which asks the system and does not poll."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from kata.course import Exercise

STEP_MS = 2  # an editor's several writes of one save mostly come closer together; a later one has it graded anew
DEBOUNCE_MS = 100  # and a folder that never comes to rest is looked at so often
REST_MS = 500  # between two looks at whether the loop has ended


class Saves:
    """A thread that calls `tell` with the exercises whose files were written, renamed into place or deleted."""

    def __init__(self, folder: Path, files: dict[Path, Exercise], tell: Callable[[list[Exercise]], None]):
        self._folder, self._tell = folder, tell
        self._files = {file.resolve(): exercise for file, exercise in files.items()}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="saves", daemon=True)

    def __enter__(self) -> Saves:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _watch(self) -> None:
        settings = {"step": STEP_MS, "debounce": DEBOUNCE_MS, "rust_timeout": REST_MS, "recursive": True}
        for changes in watch(self._folder, watch_filter=_Python(), stop_event=self._stop, **settings):  # type: ignore[arg-type]
            found = self._among(path for _, path in changes)
            if found:
                self._tell(found)

    def _among(self, paths: Iterable[str]) -> list[Exercise]:
        known = {self._files[path] for path in map(Path, paths) if path in self._files}
        return [exercise for exercise in self._files.values() if exercise in known]


class _Python(DefaultFilter):
    """A filter for .py files: editors' swap and backup files have other endings."""

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(".py") and super().__call__(change, path)
