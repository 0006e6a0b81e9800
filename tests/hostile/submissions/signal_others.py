"""Signals a bystander, its parent, the judge, groups and everybody, by every call that sends a signal.

Success: a signal, if only the empty one, is sent.

holds at: full, restricted
"""

import ctypes
import errno
import os
import platform
import signal

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


info = ctypes.create_string_buffer(128)
bystander = int("@BYSTANDER@")
for pid in (bystander, int("@JUDGE@"), os.getppid(), -bystander, -1, 0, 2):
    if pid in (0, -1) or pid != os.getpid():
        tried(f"kill {pid}", lambda: os.kill(pid, 0))
        tried(f"tkill {pid}", lambda: call((200, 130), pid, 0))
        tried(f"tgkill {pid}", lambda: call((234, 131), pid, pid, 0))
        tried(f"sigqueue {pid}", lambda: call((129, 138), pid, 10, info))
        tried(f"tgsigqueue {pid}", lambda: call((297, 240), pid, pid, 10, info))
for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
    tried(f"signal {number}", lambda: os.kill(bystander, number))
    tried(f"group {number}", lambda: os.killpg(os.getpgid(bystander), number))
tried("pidfd", lambda: call((424, 424), call((434, 434), bystander, 0), 15, None, 0))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
