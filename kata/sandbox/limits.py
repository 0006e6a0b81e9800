"""Limits that the kernel keeps for us, put on a worker before a student's code is near it."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import sys


def apply(memory: int, cpu_seconds: int, file_size: int, open_files: int, cuda: bool) -> None:
    """Limit this process. `memory` is in bytes, on top of what it holds already.

    With CUDA the address space stays unlimited: the driver reserves many times the card's memory in it.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, file_size)
    _limit(resource.RLIMIT_NOFILE, open_files)
    _limit(resource.RLIMIT_MSGQUEUE, 0) if hasattr(resource, "RLIMIT_MSGQUEUE") else None
    if sys.platform == "linux" and not cuda:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - a few µs count here
            pages = int(statm.read().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux; elsewhere the closed socket tells)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _limit(what: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit than ours is there already
        resource.setrlimit(what, (value, value))
