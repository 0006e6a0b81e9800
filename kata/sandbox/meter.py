"""The time that a worker is charged: with a processor, by the kernel's count, and asleep.

Waiting for a processor or for a disk is not charged: how busy the machine is is no fault of a submission's. Nothing
here is the worker's own word.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator

_WORKS = b"RD"  # R has a processor or waits for one, D waits for a disk; whatever else there is waits by its own doing
_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """The meter of one worker, whose number here is `pid`. With a `family`, processes that it started count with it."""

    def __init__(self, pid: int, *, family: bool = False):
        self.slept = 0.0
        self._pid = pid
        self._family = family
        self._worked = 0.0
        self._has_clock = self._sees_sleep = _has_clock(pid)

    @property
    def spent(self) -> float:
        """Seconds that it worked and slept so far."""
        if self._has_clock:
            with contextlib.suppress(OSError):  # it is gone
                self._worked = max(self._worked, self._processor_time())
        return self._worked + self.slept

    def waited(self, seconds: float) -> None:
        """Note a wait by the judge's own clock, which is charged where the kernel tells no processor time."""
        if not self._has_clock:
            self._worked += seconds

    def stop(self) -> None:
        """Read the meter for the last time, before the worker ends: its number may soon be another's."""
        _ = self.spent
        self._has_clock = self._sees_sleep = False

    def look(self, seconds: float) -> None:
        """Note that these seconds are over: if nothing of it works now, they were slept away."""
        if self._sees_sleep and _all_sleep(self._pid):
            self.slept += seconds

    @property
    def bytes_read(self) -> int:
        """The bytes that it has read, from files and from the judge; -1 where that is not to be seen."""
        with contextlib.suppress(OSError, KeyError, ValueError):
            lines = _read(f"/proc/{self._pid}/io").decode().splitlines()
            return int(dict(line.split(": ") for line in lines)["rchar"])
        return -1

    def _processor_time(self) -> float:
        own = _clock(self._pid)
        if not self._family:
            return own
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = _read(f"/proc/{self._pid}/stat").rpartition(b")")[2].split()
            own += (int(stat[13]) + int(stat[14])) / _TICKS  # what has ended of what it started
        for pid in _below(self._pid):
            with contextlib.suppress(OSError):
                own += _clock(pid)
        return own


def _has_clock(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return _clock(pid) >= 0
    return False


def _clock(pid: int) -> float:
    """The processor time of a process, all its threads together.

    Raises:
        OSError: there is no such process, or the system does not tell.
    """
    if sys.platform != "linux" or pid <= 0:  # 0 is a process that has no number here
        raise OSError("it is not told")
    return time.clock_gettime(~pid << 3 | 2)  # the kernel's number for the clock of another process


def _all_sleep(pid: int) -> bool:
    """Tell whether it and all that it started sleep: no thread works, or waits for a processor or a disk."""
    try:
        return not any(state in _WORKS for process in (pid, *_below(pid)) for state in _states(process))
    except (OSError, ValueError):
        return False


def _states(pid: int) -> Iterator[int]:
    for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - this is done often
        status = _read(f"/proc/{pid}/task/{thread}/status")
        yield status[status.index(b"\nState:\t") + 8]


def _below(pid: int) -> list[int]:
    """The processes that descend from this one."""
    found, left = [], [pid]
    while left:
        process = left.pop()
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208
                left += map(int, _read(f"/proc/{process}/task/{thread}/children").split())
        found.append(process)
    return found[1:]


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read()
