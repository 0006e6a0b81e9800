"""Takes what the kernel has one store of for all: asynchronous I/O, timers, watches, semaphores, key rings.

Success: other programs of the machine, or of the user, have none left.

holds at: full, restricted
"""

import ctypes
import errno
import platform

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


held = ctypes.c_ulong(0)
tried("took all contexts of asynchronous I/O", lambda: call((206, 0), 60_000, ctypes.byref(held)))
tried("took an inotify instance", lambda: call((294, 26), 0))
tried("took a fanotify group", lambda: call((300, 262), 0, 0))
tried("took a semaphore", lambda: call((64, 190), 0, 1, 0o1600))
tried("took shared memory", lambda: call((29, 194), 0, 1 << 20, 0o1600))
tried("took a queue of messages", lambda: call((68, 186), 0, 0o1600))
tried("took a ruleset", lambda: call((444, 444), None, 0, 1))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
