"""Reads what the kernel tells of the machine as a whole: its memory, log, keys, interrupts, locks, load, devices.

Success: any of it can be read.

holds at: full, restricted
"""

import ctypes
import errno
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


for name in ("kcore", "kmsg", "kallsyms", "keys", "locks", "interrupts", "loadavg", "stat", "sched_debug", "timer_list",
             "iomem", "modules", "mounts", "net/tcp", "partitions", "sysvipc/shm", "sys/kernel/core_pattern",
             "sys/kernel/hostname", "sys/fs/mqueue", "version", "cmdline", "diskstats", "vmstat", "pressure/cpu"):  # fmt: skip
    if name not in ("mounts", "net/tcp"):  # its own, which it may read
        tried(name, lambda: open(f"/proc/{name}").read(100))
for path in ("/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/vda", "/dev/sda", "/dev/tty", "/dev/ptmx", "/dev/fuse", "/dev/net/tun",
             "/dev/input", "/dev/snd", "/dev/pts", "/sys/kernel", "/sys/class", "/sys/fs/cgroup", "/sys/block"):  # fmt: skip
    tried(path, lambda: os.listdir(path) if os.path.isdir(path) else os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    tried(f"{path} in mode 3", lambda: os.open(path, 3 | os.O_NONBLOCK))
tried("a file in mode 3", lambda: os.open("@SECRET@", 3))
tried("a library in mode 3", lambda: os.open(os.__file__, 3))
tried("syslog", lambda: call((103, 116), 3, ctypes.create_string_buffer(64), 64))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
