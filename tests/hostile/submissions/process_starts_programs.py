"""Starts other programs by every call there is, also one that lies in memory only.

Success: a program runs.

holds at: full, restricted
"""

import ctypes
import errno
import multiprocessing
import os
import platform
import pty
import struct
import subprocess
import sys

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


tried("system", lambda: os.system("true") == 0 or 1 / 0)
tried("subprocess", lambda: subprocess.run(["/bin/true"], check=True))
tried("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
tried("fork", lambda: os.fork() or os._exit(0))
tried("pty", lambda: pty.fork()[0] or os._exit(0))
tried("multiprocessing", lambda: multiprocessing.get_context("fork").Process(target=print).start())
tried("a file in memory", lambda: os.memfd_create("x"))
tried("vfork", lambda: 1 / 0 if HERE else (call((58, None)) or os._exit(0)))
tried("clone as fork does", lambda: call((56, 220), 17, 0, 0, 0, 0) or os._exit(0))
tried("clone with namespaces", lambda: call((56, 220), 17 | 0x10000000, 0, 0, 0, 0) or os._exit(0))
tried(
    "clone3",
    lambda: (
        call((435, 435), ctypes.create_string_buffer(struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0)), 64) or os._exit(0)
    ),
)
for name in ("/bin/true", "/usr/bin/python3", sys.executable):
    path = ctypes.c_char_p(name.encode())
    tried(f"execve {name}", lambda: call((59, 221), path, None, None))
    tried(f"execveat {name}", lambda: call((322, 281), -100, path, None, None, 0))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
