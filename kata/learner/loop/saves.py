"""Saved exercises: the system says so at once where it can, and what the files look like says so a little later anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from watchfiles import watch

from kata.course import Exercise

STEP_MS = 2  # an editor's several writes of one save mostly come closer together; a later one has it graded anew
DEBOUNCE_MS = 100  # and a folder that never comes to rest is looked at so often
REST_MS = 500  # between two looks at the files themselves, and at whether the loop has ended


class Saves:
    """A thread that calls `tell` with the exercises whose files were written, renamed into place or deleted.

    The files are looked at as well, twice a second: a link, a folder that another took the place of, a network drive,
    and a system that has no watch left to give say nothing by themselves.
    """

    def __init__(self, folder: Path, files: dict[Path, Exercise], tell: Callable[[list[Exercise]], None]):
        self._folder, self._tell, self._files = folder, tell, files
        self._looks = {file: _look(file) for file in files}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="saves", daemon=True)

    def __enter__(self) -> Saves:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _listen(self) -> None:
        try:
            self._watch()
        except Exception:
            # No watch is left (inotify's are counted), or there is none on this drive: the library has many words for it.
            self._poll()

    def _watch(self) -> None:
        named = {file.resolve(): file for file in self._files}
        settings = {"step": STEP_MS, "debounce": DEBOUNCE_MS, "rust_timeout": REST_MS, "yield_on_timeout": True}
        ours = _Ours(named)
        for changes in watch(self._folder.resolve(), watch_filter=ours, stop_event=self._stop, **settings):  # type: ignore[arg-type]
            self._saved({named[Path(path)] for _, path in changes} or self._changed())

    def _poll(self) -> None:
        while not self._stop.wait(REST_MS / 1000):
            self._saved(self._changed())

    def _changed(self) -> set[Path]:
        return {file for file, look in self._looks.items() if _look(file) != look}

    def _saved(self, files: Iterable[Path]) -> None:
        saved = set(files)
        self._looks |= {file: _look(file) for file in saved}
        if saved:
            self._tell([exercise for file, exercise in self._files.items() if file in saved])


def _look(file: Path) -> tuple[int, ...] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class _Ours:
    """A filter for the files of exercises: editors' swap and backup files have other names."""

    def __init__(self, files: dict[Path, Any]):
        self._files = files

    def __call__(self, change: object, path: str) -> bool:
        return Path(path) in self._files
