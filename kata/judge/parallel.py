"""Judges side by side: forks of this process, each of which takes what no other has taken yet.

So none waits for one that has a submission which never ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from kata.errors import JudgeError

ROOM = 4096  # numbers that any system's pipe has room for

Send = Callable[[Any], None]


class Queue:
    """A queue of the numbers below `count`, each of which one of several forks takes."""

    def __init__(self, count: int):
        self._step = count // ROOM + 1
        self._line, line = os.pipe()
        with os.fdopen(line, "wb") as pipe:
            pipe.write(array("I", range(0, count, self._step)).tobytes())
        self._mine: set[int] = set()
        self._last = -1

    def is_mine(self, number: int) -> bool:
        """Tell whether this process has taken the number, or takes it now, along with those before it in the queue."""
        while self._last < number and (data := os.read(self._line, array("I").itemsize)):
            first = array("I", data)[0]
            self._last = first + self._step - 1
            self._mine.update(range(first, self._last + 1))
        return number in self._mine

    def close(self) -> None:
        os.close(self._line)


class Forks:
    """Processes forked with all that is loaded here, which send their findings."""

    def __init__(self) -> None:
        self._lines: dict[Connection, int] = {}

    def start(self, work: Callable[[Send], None]) -> None:
        ours, theirs = Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:
            try:
                for line in (ours, *self._lines):
                    line.close()  # or a fork would not notice that the judge is gone, while there are others
                _work(work, lambda message: theirs.send_bytes(pickle.dumps(message)))
            finally:
                os._exit(0)
        theirs.close()
        self._lines[ours] = pid

    def found(self) -> Iterator[Any]:
        """Yield the findings as they come, until all have ended.

        Raises:
            JudgeError: one of them failed. What the others found has been told by then.
        """
        busy, failed = set(self._lines), None
        while busy:
            for line in wait(list(busy)):
                message = _receive(line)  # type: ignore[arg-type]
                if isinstance(message, JudgeError):
                    failed = message
                elif message is not None:
                    yield message
                    continue
                busy.discard(line)
        if failed:
            raise failed

    def close(self) -> None:
        """Wait for the end of all: with its line closed, each ends when it next has something to send."""
        for line, pid in self._lines.items():
            line.close()
            os.waitpid(pid, 0)


def _work(work: Callable[[Send], None], send: Send) -> None:
    last = None
    try:
        work(send)
    except BaseException as error:
        last = JudgeError(f"{type(error).__name__}: {error}")
    with contextlib.suppress(OSError):
        send(last)


def _receive(line: Connection) -> Any:
    try:
        return pickle.loads(line.recv_bytes())  # whole: `recv` would leave tensors with a process that is about to end
    except (EOFError, OSError):
        return JudgeError("a parallel judge was killed")


def forked(processes: int) -> ProcessPoolExecutor:
    """A pool of processes that start with all that is loaded here, unless there is a card.

    Beside one, the first backward pass starts a thread for it, and what has done so has no children that can do
    another.
    """
    torch.set_num_threads(1)  # before the fork: a thread pool does not survive it
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn" if torch.cuda.is_available() else "fork"))
