"""Knocks at the kernel's less travelled doors: io_uring, keys, bpf, page faults, performance counters, modules, clocks, swap, handles.

Success: one opens, or the kernel even looks at the arguments, which are nonsense.

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


DOORS = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "acct": (163, 89), "swapon": (167, 224), "swapoff": (168, 225), "settimeofday": (164, 170),
    "clock_adjtime": (305, 266), "personality": (135, 92), "vmsplice": (278, 75), "memfd_secret": (447, 447),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438), "landlock_create_ruleset": (444, 444), "landlock_restrict_self": (446, 446),
    "modify_ldt": (154, None), "seccomp": (317, 277), "iopl": (172, None), "ioperm": (173, None), "uselib": (134, None),
    "vhangup": (153, 58), "lookup_dcookie": (212, 18), "sysfs": (139, None), "ustat": (136, None), "flock": (73, 32),
    "set_thread_area": (205, None), "remap_file_pages": (216, 234), "mincore": (27, 232), "cachestat": (451, 451),
    "readahead": (187, 213), "preadv2": (327, 286), "statmount": (457, 457), "listmount": (458, 458),
    "io_setup": (206, 0), "io_submit": (209, 2), "openat2": (437, 437), "sethostname": (170, 161), "setxattrat": (463, 463),
    "file_setattr": (469, 469), "the newest of next year": (500, 500),
}  # fmt: skip
for name, numbers in DOORS.items():
    try:
        call(numbers, -1, -1, -1, -1, -1)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOSYS):
            continue
    print("PWNED", name, "is open")


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
