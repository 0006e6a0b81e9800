"""Has the kernel signal others on its behalf: the owner of a pipe, of a socket, of a timer, of a terminal.

Success: another process can be made the receiver.

holds at: full, restricted
"""

import ctypes
import errno
import fcntl
import os
import platform
import struct

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


read, write_end = os.pipe()
bystander = int("@BYSTANDER@")
tried("a pipe's owner", lambda: fcntl.fcntl(read, 8, bystander))
tried("a pipe's signal", lambda: fcntl.fcntl(read, 10, 9))
tried("a pipe's owner, by structure", lambda: fcntl.fcntl(read, 15, struct.pack("ii", 1, bystander)))
for request in (0x8901, 0x8902, 0x5410, 0x5412, 0x541C, 0x540E):
    tried(f"request {request:x}", lambda: fcntl.ioctl(3, request, struct.pack("i", bystander)))
event = struct.pack("Qiii", 0, 9, 4, bystander) + bytes(44)
tried(
    "a timer's thread", lambda: call((222, 107), 0, ctypes.create_string_buffer(event), ctypes.create_string_buffer(8))
)
tried("the parent's death", lambda: LIBC.prctl(1, 0) == 0 or 1 / 0)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
