"""Files as a scenario sees them written and read, and a disk that fills up: for what must not be lost, nor run."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


@dataclass
class Watched:
    """A file that is there already, and what was done on the way to a new one in its place.

    Each of these is a moment at which whoever is killed leaves no good file behind.
    """

    file: Path
    overwritten: bool = False  # the old file itself was written into
    removed: bool = False  # before the new one was there
    renamed: bool = False  # likewise
    from_elsewhere: bool = False  # what took its place came from outside of its folder: on another disk that is a copy
    unfinished: bool = False  # what took its place was not yet all that it is now
    moved: bytes | None = None

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of what Python is about to do to a file."""
        names = [Path(os.path.realpath(os.fsdecode(part))) for part in arguments if isinstance(part, str | bytes)]
        if names[:1] == [self.file]:
            self.removed |= event == "os.remove"
            self.renamed |= event == "os.rename"
        elif event == "os.rename" and names[1:] == [self.file]:
            self.from_elsewhere |= not names[0].is_relative_to(self.file.parent)
            with contextlib.suppress(OSError):
                self.moved = names[0].read_bytes()


class _Hook:
    """Python's audit hook: one for the process, since it cannot be taken off again."""

    watched: Watched | None = None
    looked_up: list[str] | None = None
    is_there = False

    def set(self) -> None:
        """Have Python call it from now on."""
        if not self.is_there:
            sys.addaudithook(self)
            self.is_there = True

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.looked_up is not None and event == "pickle.find_class":
            self.looked_up.append(".".join(map(str, arguments)))
        if self.watched is not None and event in ("os.rename", "os.remove"):
            watched, self.watched = self.watched, None
            with contextlib.suppress(ValueError):  # a name that no file can have
                watched.see(event, arguments)
            self.watched = watched


_hook = _Hook()


@contextlib.contextmanager
def watching(path: str | os.PathLike[str]) -> Iterator[Watched]:
    """Watch how a file that is there is replaced; what was seen is known at the end.

    It is told by what Python is asked to do, and by the old file, which is kept open. It runs beside the code it watches:
    good for teaching, and no wall.
    """
    _hook.set()
    watched = Watched(Path(path).resolve())
    with Path(path).open("rb") as old:
        before = old.read()
        _hook.watched = watched
        try:
            yield watched
        finally:
            _hook.watched = None
            old.seek(0)
            watched.overwritten = old.read() != before
    with contextlib.suppress(OSError):
        watched.unfinished = watched.moved not in (None, watched.file.read_bytes())


@contextlib.contextmanager
def unpickling() -> Iterator[list[str]]:
    """Collect what Python's `pickle` looks up meanwhile, by name: a file that has it do so could have it run anything.

    torch's reader of `weights_only=True` is another one, which looks up nothing.
    """
    _hook.set()
    found: list[str] = []
    _hook.looked_up = found
    try:
        yield found
    finally:
        _hook.looked_up = None


@contextlib.contextmanager
def full_disk(room: int) -> Iterator[None]:
    """A disk on which no file grows beyond so many bytes: whatever writes more gets an error from the kernel halfway."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
