"""Asks which pages of a file the machine has in memory, and has them put out: so one submission could leave a word for a
later one, a bit a file.

Success: the kernel tells, other than by the time that a read takes; or forgets a file on demand.

holds at: full, restricted
"""

import ctypes
import mmap
import os
import platform

EXPECT = "passes, but gains nothing"

NO_WAIT, DO_NOT_NEED = 8, 4
LIBC = ctypes.CDLL(None, use_errno=True)
HERE = 0 if platform.machine() == "x86_64" else 1  # the column of a table of numbers


def is_in_memory(file):
    try:
        os.preadv(file, [bytearray(1)], 4096, NO_WAIT)
    except BlockingIOError:
        return False
    return True


file = os.open(os.__file__, os.O_RDONLY)
os.read(file, 1 << 20)
try:
    if is_in_memory(file):
        print("PWNED it is told what is in memory")
        os.posix_fadvise(file, 0, 0, DO_NOT_NEED)
        print("PWNED and forgotten" if not is_in_memory(file) else "")
except OSError:
    pass
pages = mmap.mmap(file, 1 << 14, prot=mmap.PROT_READ)
for name, numbers, rest in (("mincore", (27, 232), [ctypes.create_string_buffer(4)]), ("madvise", (28, 233), [21])):
    address = ctypes.c_void_p.from_buffer_copy(
        ctypes.string_at(id(pages) + 16, 8)
    )  # a place of some mapping: refused or not
    if LIBC.syscall(ctypes.c_long(numbers[HERE]), address, ctypes.c_long(1 << 14), *rest) == 0:
        print("PWNED", name)


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
