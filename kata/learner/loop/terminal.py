"""A terminal read key by key, and one queue for all that happens: keys, a new size, what threads have to say."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from rich.cells import cell_len
from rich.console import ConsoleDimensions

SHOWN = "\x1b[H\x1b[2J"  # to the top, and nothing below
MARK_PASTES, MARK_NONE = "\x1b[?2004h", "\x1b[?2004l"  # what asks a terminal to put these around what is pasted:
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"
AT_ONCE = 3  # keys; more than that come from a paste in a terminal that does not mark it


@dataclass(frozen=True)
class Key:
    letter: str


class Resized:
    """News that the window has another size, or came back after a Ctrl-Z."""


class Leave:
    """News that the terminal is gone, or that someone asks the process to end."""


class Terminal:
    """A terminal as a context: whatever happens, it is left as it was."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._wake, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)
        os.set_blocking(self._wake, False)
        self._open = True
        self._keys = sys.stdin.fileno()
        self._before: Any = None
        self._pasting, self._unread = False, b""
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Terminal:
        self._before = termios.tcgetattr(self._keys)
        tty.setcbreak(self._keys)  # keys at once and unseen; Ctrl-C stays Ctrl-C
        for number in (signal.SIGWINCH, signal.SIGCONT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._signalled)
        self._write(MARK_PASTES)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        with contextlib.suppress(OSError):
            self._write(MARK_NONE)
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(self._keys, termios.TCSADRAIN, self._before)
        self._open = False
        for end in (self._wake, self._alarm):
            os.close(end)

    def post(self, event: Any) -> None:
        """Put an event in the queue, from any thread."""
        self._queue.put(event)
        if self._open:
            with contextlib.suppress(BlockingIOError):  # full: it will wake
                os.write(self._alarm, b".")

    def events(self, seconds: Callable[[], float | None]) -> Iterator[list[Any]]:
        """Yield the events since the last time, as soon as there are any, and at the latest after so many `seconds`."""
        while True:
            ready, _, _ = select.select([self._keys, self._wake], [], [], seconds())
            found: list[Any] = []
            if self._wake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 4096)
            if self._keys in ready:
                found += self._read()
            with contextlib.suppress(queue.Empty):
                while True:
                    found.append(self._queue.get_nowait())
            yield found

    def show(self, text: str) -> None:
        """Put this on the screen in place of what is there, in one write: nothing flickers."""
        self._write(SHOWN + text)

    def size(self) -> ConsoleDimensions:
        return ConsoleDimensions(*os.get_terminal_size(sys.stdout.fileno()))

    def corner(self, text: str) -> None:
        """Put this at the end of the first line, and leave all else as it is."""
        column = max(1, self.size().width - cell_len(text))
        self._write(f"\x1b7\x1b[1;{column}H {text}\x1b8")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def _read(self) -> list[Any]:
        try:
            data = os.read(self._keys, 1024)
        except OSError:
            data = b""
        if not data:
            return [Leave()]
        typed = self._typed(data)
        if b"\x04" in typed:
            return [Leave()]
        letters = typed.decode(errors="ignore").lower()
        if typed.startswith(b"\x1b") or len(letters) > AT_ONCE:  # an arrow, a mouse, a paste: none is a key of ours
            return []
        return [Key(letter) for letter in dict.fromkeys(letters)]  # the same one twice at once is no answer to itself

    def _typed(self, data: bytes) -> bytes:
        """What is left without what was pasted, which may come in several parts."""
        data, self._unread, typed = self._unread + data, b"", b""
        while data:
            before, mark, after = data.partition(PASTED if self._pasting else PASTE)
            if not self._pasting:
                typed += before
            elif not mark:
                self._unread = data[1 - len(PASTED) :]  # may be where the mark begins
            self._pasting ^= bool(mark)
            data = after
        return typed

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGCONT:
            with contextlib.suppress(termios.error):
                tty.setcbreak(self._keys)
            os.write(sys.stdout.fileno(), MARK_PASTES.encode())  # the shell has had it off; this may come in a `_write`
        self.post(Resized() if number in (signal.SIGWINCH, signal.SIGCONT) else Leave())
