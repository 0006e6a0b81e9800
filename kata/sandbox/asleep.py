"""Whether a worker waits for what never comes: nothing of it runs, and nothing waits for a processor or for a disk.

A worker has no network, no input and nobody else to wait for. How busy the machine is makes no difference here: who
waits for a processor or a disk is not asleep, and it is looks that are counted, since the judge may be held up itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from os import listdir

_SLEEPS = b"SZ"  # S is a sleep, Z one that has ended; R waits for a processor or has one, D waits for a disk


class Watch:
    """Looks at one worker, at all threads of it and of what it started, as `find` has its number once it is needed."""

    def __init__(self, find: Callable[[], int | None]):
        self._find = find
        self._pid: int | None = None
        self._seen: dict[str, bytes] = {}
        self._looks = 0

    def look(self) -> int:
        """How many looks in a row, this one included, have found that nothing had run since the one before."""
        self._pid = self._pid or self._find()
        threads = _sleeping(self._pid) if self._pid else {}
        self._looks = self._looks + 1 if threads and threads == self._seen else 0
        self._seen = threads
        return self._looks

    def forget(self) -> None:
        """It has been given something to do."""
        self._seen = {}


def number_here(of: int, below: int) -> int | None:
    """The number that a process has here which is `of` in a namespace within ours, and first in one of its own.

    It is looked for among what descends from the process `below`, which is of our namespace.
    """
    try:
        depth, left = len(_numbers(str(below))), deque([str(below)])
        while left:
            process = left.popleft()
            numbers = _numbers(process)
            if len(numbers) == depth + 2 and numbers[depth] == str(of):
                return int(process)
            left += _children(process, process)
    except OSError:
        pass  # it changes while we look; there will be another look
    return None


def _sleeping(pid: int) -> dict[str, bytes]:
    """How often each thread was given a processor and left it; nothing if one of them does not sleep, or is not to be seen."""
    found, left = {}, [str(pid)]
    try:
        while left:
            process = left.pop()
            for thread in listdir(f"/proc/{process}/task"):  # noqa: PTH208 - strings all through
                status = _read(f"/proc/{process}/task/{thread}/status")
                if status[status.index(b"\nState:\t") + 8] not in _SLEEPS:
                    return {}
                found[thread] = status[status.index(b"\nvoluntary_ctxt_switches:") :]
                left += _children(process, thread)
    except (OSError, ValueError):
        return {}
    return found


def _children(process: str, thread: str) -> list[str]:
    return _read(f"/proc/{process}/task/{thread}/children").decode().split()


def _numbers(process: str) -> list[str]:
    """Of a process: the number here, then that in each namespace within ours that it is in."""
    status = _read(f"/proc/{process}/status")
    _, found, rest = status.partition(b"\nNSpid:\t")
    return rest.partition(b"\n")[0].decode().split() if found else []


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - this is done often
        return file.read()
