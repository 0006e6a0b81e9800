"""Writing files so that no reader ever sees half of one, and no earlier work is lost."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from kata.errors import UsageError

try:
    import fcntl
except ImportError:  # not on Windows, where `kata doctor` still has something to say
    fcntl = None  # type: ignore[assignment]

LOCK_SECONDS = 5.0  # it is held for milliseconds


def write_atomically(path: Path, text: str) -> None:
    """Put the text there whole, or leave what was there. A device or pipe is written to as it is.

    Raises:
        OSError: it cannot be written.
    """
    data = text.encode("utf-8", "replace")
    path = path.resolve()  # through links: they stay, and what they lead to is replaced
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes that ask for the same folder out, for no longer than it takes.

    Where a file system has no locks, and where somebody does not let go, it is done without: the work is worth more.
    """
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        end = time.monotonic() + LOCK_SECONDS
        while not _is_locked(place) and time.monotonic() < end:
            time.sleep(0.005)
        yield
    finally:
        os.close(place)  # and with it the lock


def _is_locked(place: int) -> bool:
    """Whether it is ours now, or no lock is to be had at all."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def digest_of(files: Iterable[Path]) -> str:
    """Digest the names and contents of files; one that is missing is passed over."""
    found = hashlib.blake2b(digest_size=16)
    for file in files:
        if file.is_file():
            data = file.read_bytes()
            found.update(f"{file.name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def check_writable(path: Path) -> None:
    """Find out before the work, not after it, that its result has nowhere to go.

    Raises:
        UsageError: the file cannot be written there.
    """
    folder = path.resolve().parent
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Give the name of a file: -o {path / 'report.txt'}")
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder} for {path.name}. Make it first: mkdir -p {folder}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"{path} cannot be written. Choose another place for -o.")


def back_up(path: Path, folder: Path) -> Path:
    """Copy the file to `folder` under a name of its own, with the time in it, and return that name's path.

    Raises:
        OSError: it cannot be copied.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, stamp = path.read_bytes(), f"{datetime.now():%Y%m%d-%H%M%S}"
    names = (f"{path.stem}.{stamp}{f'-{n}' if n > 1 else ''}.bak{path.suffix}" for n in range(1, 10_000))
    for name in names:
        with contextlib.suppress(FileExistsError), (folder / name).open("xb") as file:  # x: never over another backup
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            return folder / name
    raise OSError(f"{folder} is full of backups of {path.name}")
