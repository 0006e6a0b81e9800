"""Makes namespaces and enters others, mounts, changes its root, makes device files.

Success: any of it; from there to root it is not far.

holds at: full, restricted
"""

import ctypes
import errno
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


for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x04000000, 0x08000000, 0x02000000, 0x80, 0x400, 0x200):
    tried(f"unshare {flag:x}", lambda: call((272, 97), flag))
for name in ("mnt", "user", "pid", "net"):
    tried(f"setns {name}", lambda: call((308, 268), os.open(f"/proc/self/ns/{name}", os.O_RDONLY), 0))
here, kind = os.getcwd().encode(), ctypes.c_char_p(b"tmpfs")
tried("mount", lambda: call((165, 40), kind, ctypes.c_char_p(here), kind, 0, None))
tried("remount", lambda: call((165, 40), None, ctypes.c_char_p(here), None, 32, None))
tried("umount", lambda: call((166, 39), ctypes.c_char_p(here), 2))
tried("chroot", lambda: call((161, 51), ctypes.c_char_p(here)))
tried("pivot_root", lambda: call((155, 41), ctypes.c_char_p(here), ctypes.c_char_p(here)))
tried("fsopen", lambda: call((430, 430), kind, 0))
tried("open_tree", lambda: call((428, 428), -100, ctypes.c_char_p(here), 1))
tried("a device", lambda: os.mknod("device", 0o60600, os.makedev(8, 0)))
tried("a memory device", lambda: os.mknod("memory", 0o20600, os.makedev(1, 1)))
tried("another user", lambda: os.setuid(0) if os.getuid() else os.setuid(65534) or 1 / 0)
tried("more rights", lambda: call((126, 91), struct.pack("II", 0x20080522, 0), struct.pack("6I", *[0xFFFFFFFF] * 6)))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
