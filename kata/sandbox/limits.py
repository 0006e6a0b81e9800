"""Limits that the kernel keeps for us, put on a worker before a student's code is near it."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import os
import resource
import signal
import sys

_libc = ctypes.CDLL(None)  # once: what a worker makes anew costs it time
DRIVER = 4 << 30  # bytes that CUDA's driver and libraries may take for themselves


def apply(memory: int, cpu_seconds: int, file_size: int, open_files: int, *, cuda: bool) -> None:
    """Limit this process. `memory` is in bytes, on top of what it holds already.

    With CUDA the address space stays unlimited, since the driver reserves many times the card's memory in it; what is
    held to a limit is what may be written to.
    """
    _limit(resource.RLIMIT_CORE, 1)  # not 0: a machine that pipes core dumps into a program takes them at 0, too
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, file_size)
    _limit(resource.RLIMIT_NOFILE, open_files)
    _limit(resource.RLIMIT_MSGQUEUE, 0) if hasattr(resource, "RLIMIT_MSGQUEUE") else None
    if hasattr(resource, "RLIMIT_SIGPENDING"):  # counted for the user: a worker shall not use up what others need
        _limit(resource.RLIMIT_SIGPENDING, 256)
    if sys.platform == "linux":
        statm = os.open("/proc/self/statm", os.O_RDONLY)  # a file object would take longer than all of the rest
        size, _, _, _, _, data, _ = map(int, os.read(statm, 200).split())
        os.close(statm)
        if cuda:
            _limit(resource.RLIMIT_DATA, data * resource.getpagesize() + memory + DRIVER)
        else:
            _limit(resource.RLIMIT_AS, size * resource.getpagesize() + memory)


def limit_tasks(number: int) -> None:
    """Limit the processes and threads that this process's user may have. The kernel does not hold root to it."""
    _limit(resource.RLIMIT_NPROC, number)


def tasks_of_the_user() -> int:
    """Count the processes and threads of our user on this machine; 0 where that is not to be seen."""
    found = 0
    for entry in glob.glob("/proc/[0-9]*/task"):  # noqa: PTH207 - strings all through
        with contextlib.suppress(OSError):
            status = os.stat(entry)  # noqa: PTH116
            found += status.st_nlink - 2 if status.st_uid == os.geteuid() else 0
    return found


def go_first() -> None:
    """Have the kernel, should memory run out, end this process and its children before any other."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("1000")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux; elsewhere the closed socket tells)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        _libc.prctl(pr_set_pdeathsig, signal.SIGKILL)


def adopt_strays() -> None:
    """Become the parent of our descendants that lose theirs, where the system knows of such a thing."""
    if sys.platform == "linux":
        pr_set_child_subreaper = 36
        _libc.prctl(pr_set_child_subreaper, 1)


def children() -> list[int]:
    """List our child processes, ended ones among them; none where that is not to be seen."""
    with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as file:  # noqa: PTH123
        return [int(pid) for pid in file.read().split()]
    return []


def _limit(what: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit than ours is there already
        resource.setrlimit(what, (value, value))
