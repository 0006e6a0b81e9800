"""The folder that a worker writes in: what it has come to hold, and how to be rid of it. Nothing in it is trusted.

It may be deeper than a path can be long or a recursion can go, and its folders may have any name and any mode.
"""

from __future__ import annotations

import contextlib
import os
import secrets

MAX_FILES = 4096
MAX_WRITTEN = 256 << 20  # bytes; also what was written to files that have been deleted since
MAX_THREADS = 256


def overused(pid: int, folder: str) -> bool:
    """Whether a worker has more threads or files, or has written more, than any exercise needs.

    What the kernel limits for root as well is in limits.py; this is the rest, to be looked at from time to time.
    """
    with contextlib.suppress(OSError):
        if os.stat(f"/proc/{pid}/task").st_nlink - 2 > MAX_THREADS:  # noqa: PTH116 - strings all through
            return True
    with contextlib.suppress(OSError), open(f"/proc/{pid}/io") as file:  # noqa: PTH123
        numbers = dict(line.split(": ") for line in file.read().splitlines())
        if int(numbers["write_bytes"]) - int(numbers["cancelled_write_bytes"]) > MAX_WRITTEN:
            return True
    return _holds_too_many(folder)


def _holds_too_many(folder: str) -> bool:
    found, left = 0, [folder]
    try:
        while left:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    found += 1
                    if found > MAX_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
    except FileNotFoundError:
        return False  # it changes while we look
    except OSError:
        return True  # too deep to be looked into, or closed to us: no exercise needs that
    return False


def remove(folder: str) -> None:
    """Remove a folder with all that is in it, step by step: what is in its folders moves up, until none is left."""
    token, count, removed = secrets.token_hex(8), 0, True
    while removed:
        removed = False
        for entry in _entries(folder):
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)  # noqa: PTH108
                    removed = True
                    continue
                os.chmod(entry.path, 0o700)  # noqa: PTH101
                for inner in _entries(entry.path):
                    count += 1
                    if inner.is_dir(follow_symlinks=False):
                        os.chmod(inner.path, 0o700)  # noqa: PTH101 - to move it takes a right to write in it
                    os.rename(inner.path, f"{folder}/{token}-{count}")  # noqa: PTH104
                    removed = True
                os.rmdir(entry.path)  # noqa: PTH106
                removed = True
    with contextlib.suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
