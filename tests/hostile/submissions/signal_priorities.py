"""Changes the limits, the priority, the processors and the scheduling of others, and its own for the better.

Success: the judge or a bystander is slowed, or it gets more than its share.

holds at: full, restricted
"""

import ctypes
import errno
import os
import platform
import resource
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


limit = ctypes.create_string_buffer(struct.pack("QQ", 1, 1))
for pid in (int("@JUDGE@"), int("@BYSTANDER@"), os.getppid() or 12345):
    tried("limits", lambda: call((302, 261), pid, 7, limit, None))
    tried("limits read", lambda: call((302, 261), pid, 7, None, limit))
    tried("priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
    tried("processors", lambda: os.sched_setaffinity(pid, {0}))
    tried("I/O priority", lambda: call((251, 30), 1, pid, (3 << 13) | 7))
    tried("scheduler", lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)))
tried("a group's", lambda: os.setpriority(os.PRIO_PGRP, os.getpgid(int("@BYSTANDER@")), 19))
tried("nicer", lambda: os.nice(-5))
tried("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
tried("real I/O", lambda: call((251, 30), 1, 0, 1 << 13))
for number in range(16):
    soft, hard = resource.getrlimit(number)
    if hard != resource.RLIM_INFINITY:
        tried(f"limit {number} raised", lambda: resource.setrlimit(number, (soft, hard + 1)))
tried("all disks flushed", lambda: call((162, 81)) == 0 or 1 / 0)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
