"""Changes a file that it may read, without opening it for writing: empties, renames, links, unlinks it, changes its mode, times, owner, flags and attributes, or locks it against others.

Success: the file is changed, or nobody else can open it for a while.

holds at: full, restricted
"""

import ctypes
import errno
import fcntl
import os
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


flags = ctypes.c_long(0x80)
for path in ("@SHOWN@", "@SECRET@", "@COURSE@/exercises/01_tensors/softmax.py"):
    name = path.encode()
    tried("emptied at opening", lambda: os.open(path, os.O_RDONLY | os.O_TRUNC))
    tried("opened for both", lambda: os.open(path, os.O_RDWR))
    tried("appended to", lambda: os.open(path, os.O_WRONLY | os.O_APPEND))
    tried("truncated", lambda: os.truncate(path, 0))
    tried("unlinked", lambda: os.unlink(path))
    tried("renamed", lambda: os.rename(path, path + ".@MARK@"))
    tried("replaced", lambda: os.replace(__file__, path))
    tried("linked", lambda: os.link(path, "linked"))
    for action in (
        lambda: os.chmod(path, 0o777),
        lambda: os.utime(path, (0, 0)),
        lambda: os.chown(path, 12345, 12345),
        lambda: os.setxattr(path, "user.x", b"x"),
        lambda: call((452, 452), -100, name, 0o777, 0),
    ):
        try:  # these may seem to succeed: whether they did is looked at from outside
            action()
        except OSError:
            pass
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        continue
    tried("its flags set", lambda: call((16, 29), file, 0x40086602, ctypes.byref(flags)))
    tried("its version set", lambda: call((16, 29), file, 0x40087602, ctypes.byref(flags)))
    tried("made unchangeable", lambda: call((16, 29), file, 0x40806685, ctypes.create_string_buffer(128)))
    tried("leased", lambda: fcntl.fcntl(file, 1024, fcntl.F_RDLCK))
    tried("its folder watched", lambda: fcntl.fcntl(os.open(os.path.dirname(path), os.O_RDONLY), 1026, 1))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
