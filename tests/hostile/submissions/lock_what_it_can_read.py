"""Locks the libraries that it can read, in each of the kernel's three ways, to hold up whoever wants to write them.

Success: a lock is had, which others have to wait for as long as this worker lives.

holds at: full, restricted
"""

import fcntl
import os
import struct

EXPECT = "passes, but gains nothing"

F_OFD_SETLK = 37
READ = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)


def tries(file):
    yield "flock", lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield "flock, shared", lambda: fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    yield "of the process", lambda: fcntl.fcntl(file, fcntl.F_SETLK, READ)
    yield "of the open file", lambda: fcntl.fcntl(file, F_OFD_SETLK, READ)


file = os.open(os.__file__, os.O_RDONLY)
for name, attempt in tries(file):
    try:
        attempt()
    except OSError:
        continue
    print("PWNED", name, "is had")


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
