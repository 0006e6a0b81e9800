"""Asks the one socket it has who is at its other end, sends descriptors and urgent data over it, and listens on it.

Success: a handle or the number of the judge's process, or a descriptor that the judge keeps.

holds at: full, restricted
"""

import ctypes
import errno
import os
import platform
import socket

EXPECT = "passes, but gains nothing"


LIBC = ctypes.CDLL(None, use_errno=True)
HERE = 0 if platform.machine() == "x86_64" else 1  # the column of a table of numbers


def call(numbers, *arguments):
    """Make a system call by its number; a refusal raises OSError."""
    if numbers[HERE] is None:
        raise OSError(errno.ENOSYS, "not on this processor")
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = LIBC.syscall(ctypes.c_long(numbers[HERE]), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


value, size = ctypes.create_string_buffer(64), ctypes.c_int(64)
tried("a handle of the judge", lambda: call((55, 209), 3, 1, 77, value, ctypes.byref(size)))
tried("the judge's number", lambda: call((55, 209), 3, 1, 17, value, ctypes.byref(size)))
tried("the judge's groups", lambda: call((55, 209), 3, 1, 59, value, ctypes.byref(size)))
tried("a larger buffer", lambda: call((54, 208), 3, 1, 7, ctypes.byref(ctypes.c_int(1 << 30)), 4))
tried("urgent data", lambda: call((44, 206), 3, b"x", 1, 1, None, 0))
tried("its name", lambda: call((51, 204), 3, value, ctypes.byref(size)))
tried("its peer's name", lambda: call((52, 205), 3, value, ctypes.byref(size)))
tried("the end of it", lambda: call((48, 210), 3, 0))
tried("listening", lambda: call((50, 201), 3, 5))


def give_away():
    line = socket.socket(fileno=os.dup(3))
    socket.send_fds(line, [b"x"], [0, 1, 2])


tried("descriptors sent", give_away)
tried("descriptors received", lambda: socket.recv_fds(socket.socket(fileno=os.dup(3)), 1, 5, socket.MSG_DONTWAIT))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
