"""The folder that a worker writes in: what it has come to hold, and how to be rid of it. Nothing in it is trusted.

It may be deeper than a path can be long or a recursion can go, and its folders may have any name and any mode.
"""

from __future__ import annotations

import contextlib
import os
import secrets

MAX_FILES = 1000
MAX_WRITTEN = 256 << 20  # bytes; also what was written to files that have been deleted since
MAX_THREADS = 256

_A_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def overused(pid: int, folder: str) -> bool:
    """Tell whether a worker has more threads or files, or has written more, than any exercise needs.

    Limits that the kernel keeps, for root as well, are in limits.py; this is the rest, to be looked at from time to
    time.
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
    """Remove a folder of ours with all that is in it, as far as it lets itself be removed. A link is left alone."""
    with contextlib.suppress(OSError):
        top = os.open(folder, _A_FOLDER)
        try:
            if os.fstat(top).st_uid == os.geteuid():
                _empty(top)
        finally:
            os.close(top)
        os.rmdir(folder)  # noqa: PTH106


def _empty(top: int) -> None:
    """Empty a folder step by step: what is in its folders moves up, until there are none."""
    token, count, removed = secrets.token_hex(8), 0, True
    while removed:
        removed = False
        for name, is_folder in _entries(top):
            with contextlib.suppress(OSError):
                if not is_folder:
                    os.unlink(name, dir_fd=top)
                    removed = True
                    continue
                os.chmod(name, 0o700, dir_fd=top)
                inner = os.open(name, _A_FOLDER, dir_fd=top)
                try:
                    for below, is_inner_folder in _entries(inner):
                        count += 1
                        if is_inner_folder:
                            os.chmod(below, 0o700, dir_fd=inner)  # to move it takes a right to write in it
                        os.rename(below, f"{token}-{count}", src_dir_fd=inner, dst_dir_fd=top)
                        removed = True
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top)
                removed = True


def _entries(folder: int) -> list[tuple[str, bool]]:
    with os.scandir(folder) as entries:
        return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
