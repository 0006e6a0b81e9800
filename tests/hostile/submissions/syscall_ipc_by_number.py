"""Uses and removes semaphores, messages and shared memory of others by their small numbers, without opening them by name.

Success: a bystander's semaphore is changed or gone.

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


value = ctypes.create_string_buffer(256)
own = int("@SEMAPHORE@")
tried("a semaphore's value", lambda: call((66, 191), own, 0, 12, 0))
tried("a semaphore set", lambda: call((66, 191), own, 0, 16, 7))
tried("a semaphore removed", lambda: call((66, 191), own, 0, 0, 0))
for number in range(20):  # of others on this machine: only looked at
    tried("a semaphore's state", lambda: call((66, 191), number, 0, 2, value))
    tried("a queue's state", lambda: call((71, 187), number, 2, value))
    tried("a shared memory's state", lambda: call((31, 195), number, 2, value))
    tried("a message", lambda: call((70, 188), number, value, -1, 0, 0o4000))
for numbers in ((65, 193), (66, 191), (69, 189), (70, 188), (71, 187), (30, 196), (31, 195)):
    try:
        call(numbers, -1, -1, -1, -1)
    except OSError as error:
        if error.errno != errno.EPERM:
            print("PWNED", numbers, "looks at its arguments")


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
