"""Ctrl-C, held back where it would not simply end the program."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held_back() -> Iterator[None]:
    """Have Ctrl-C wait for the end of the block.

    Amid the import of an extension module like torch's or NumPy's it is lost, or comes out as an ImportError.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # somebody else's already, or ignored
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    try:
        signal.signal(signal.SIGINT, note)
    except ValueError:  # not in the main thread, which is the only one that it comes to
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt
