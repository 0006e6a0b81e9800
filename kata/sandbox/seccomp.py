"""The system calls that a worker may not make, as a filter in the kernel.

A list of what is denied, not of what is allowed: torch, glibc and Python call for more than can be listed for every
version, and what the list leaves open is closed by namespaces and Landlock. Calls newer than the table do not exist
for a worker, so a kernel's newest calls are never open by oversight.
"""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache

from kata.sandbox import syscalls

_NEWEST = 463  # the table was gone through up to here (Linux 6.12)

# Starting, signalling, watching and reading processes; new namespaces and mounts; every socket, and what may be asked of
# the one that leads to the judge; rarely used calls of the kernel; memory and messages shared by name or by number; a
# larger share of the machine; filters of its own, and obsolete calls; which files the machine has in memory.
_DENIED = """
    fork vfork execve execveat setsid setpgid
    ptrace process_vm_readv process_vm_writev pidfd_getfd pidfd_open pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo
    tkill kcmp process_madvise process_mrelease move_pages migrate_pages get_robust_list
    unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg shutdown
    getsockopt setsockopt getsockname getpeername
    bpf perf_event_open userfaultfd keyctl add_key request_key init_module finit_module delete_module kexec_load
    kexec_file_load io_uring_setup io_uring_enter io_uring_register io_setup io_submit open_by_handle_at
    name_to_handle_at fanotify_init fanotify_mark inotify_init inotify_init1 landlock_create_ruleset landlock_add_rule
    landlock_restrict_self acct quotactl quotactl_fd reboot swapon swapoff syslog personality settimeofday clock_settime
    adjtimex clock_adjtime sethostname setdomainname mknod mknodat vmsplice
    memfd_create memfd_secret shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop semctl mq_open
    mq_unlink
    setpriority ioprio_set sched_setscheduler sched_setattr sched_setparam sync syncfs
    seccomp modify_ldt set_thread_area iopl ioperm uselib vhangup lookup_dcookie sysfs ustat nfsservctl _sysctl
    remap_file_pages mincore cachestat readahead statmount listmount
""".split()  # noqa: SIM905 - a list of words is easier to read and to keep than a list of strings

# Where the files of the machine are in sight, their modes, owners and times must stay; the call seems to succeed, since
# copying a file with its times is nothing to fail for.
_PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
""".split()  # noqa: SIM905

# What stays when the worker is gone, or holds up others: locks on files that can only be read, and what is kept of files in
# memory. Libraries do without, where a kernel has none of it; advice on files may be ignored.
_UNKNOWN = "flock preadv2 pwritev2 clone3 openat2".split()  # noqa: SIM905
_IGNORED = ["fadvise64"]

_SET_FILTER, _ALL_THREADS = 1, 1
_STEP = 8  # bytes
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EOPNOTSUPP = 1, 38, 95
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020080  # any new namespace
# prctl: outlive the zygote; get out of the judge's sight; a filter of its own; a processor's core to itself; pages merged
# with those of others.
_PRCTL = (1, 4, 22, 62, 67)
# fcntl: locks on what can only be read, and whose they are; have signals sent to others; hold up whoever opens a file; take
# all of the user's share of pipes.
_FCNTL = (5, 6, 7, 36, 37, 38, 8, 10, 15, 1024, 1026, 1031)
_ADVICE = (12, 20, 21)  # madvise: pages merged with those of others; out of memory with those of files
_TERMINAL = (0x5412, 0x541C, 0x8901, 0x8902)  # ioctl: push input into a terminal, own a socket's signals
# ioctl: whatever is asked of a file system ('f', 'v', 'X', btrfs), of a block device, of KVM, of processes and namespaces
# by their handles. A file that is open for reading is enough for some of it.
_FAMILIES = (0x6600, 0x7600, 0x5800, 0x9400, 0x1200, 0xAE00, 0xFF00, 0xB700)
# open: mode 3 asks for no right at all, and Landlock's first versions let a file opened for reading be emptied.
_MODE, _EMPTY = 0x3, 0x200
_OPENED = (_MODE, _MODE | _EMPTY, _EMPTY)


def forbid(*, keep_metadata: bool) -> None:
    """Put the filter on this process for good, on every thread of it. `keep_metadata` only pretends to change modes,
    owners and times.

    Raises:
        OSError: the kernel has no seccomp filters.
    """
    blob = program(os.getpid(), keep_metadata)
    buffer = ctypes.create_string_buffer(blob, len(blob))
    filter_ = struct.pack("HxxxxxxQ", len(blob) // _STEP, ctypes.addressof(buffer))
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if syscalls.call("seccomp", _SET_FILTER, _ALL_THREADS, ctypes.create_string_buffer(filter_, len(filter_))):
        raise OSError("a thread does not take the filter")


@cache
def program(own: int, keep_metadata: bool) -> bytes:
    """The filter for a process of this number."""
    code = [_load(4), _step(_EQUAL, _AUDIT[syscalls.ARCHITECTURE], 1, 0), _return(_KILL), _load(0)]
    # Also above the table: the second set of numbers that x86_64 has for 32-bit pointers.
    code += [_step(_AT_LEAST, _NEWEST, 0, 1), _return(_ERRNO | _ENOSYS)]
    code += _each(_DENIED, _ERRNO | _EPERM)
    if keep_metadata:
        code += [*_each(_PRETENDED, _ERRNO | 0), *_each(["truncate"], _ERRNO | _EPERM)]
        code += _each(["fallocate"], _ERRNO | _EOPNOTSUPP)  # a full disk within a moment: no watch is quick enough
    # The flags of some are out of the filter's sight. glibc falls back to clone, openat and preadv.
    code += [*_each(_UNKNOWN, _ERRNO | _ENOSYS), *_each(_IGNORED, _ERRNO | 0)]
    deny, unsupported = _return(_ERRNO | _EPERM), _return(_ERRNO | _EOPNOTSUPP)
    code += _when("clone", 0, [_step(_ANY_BIT, _CLONE_NEW, 0, 1), deny, _step(_ANY_BIT, _CLONE_THREAD, 1, 0), deny])
    for name in ("kill", "tgkill"):
        code += _when(name, 0, [_step(_EQUAL, own, 1, 0), deny])
    for name in ("prlimit64", "sched_setaffinity"):
        code += _when(name, 0, [_step(_EQUAL, 0, 2, 0), _step(_EQUAL, own, 1, 0), deny])
    for name, argument, values in (
        ("prctl", 0, _PRCTL),
        ("fcntl", 1, _FCNTL),
        ("ioctl", 1, _TERMINAL),
        ("madvise", 2, _ADVICE),
    ):
        code += _when(name, argument, _if_any(values, deny))
    code += _when("ioctl", 1, [_step(_AND, 0xFF00), *_if_any(_FAMILIES, unsupported)])
    for name, argument in (("open", 1), ("openat", 2)):
        code += _when(name, argument, [_step(_AND, _MODE | _EMPTY), *_if_any(_OPENED, deny)])
    return b"".join([*code, _return(_ALLOW)])


def _if_any(values: tuple[int, ...], then: bytes) -> list[bytes]:
    return [part for value in values for part in (_step(_EQUAL, value, 0, 1), then)]


def _each(names: list[str], verdict: int) -> list[bytes]:
    numbers = [n for n in map(syscalls.number, names) if n is not None]
    return [part for n in numbers for part in (_step(_EQUAL, n, 0, 1), _return(verdict))]


def _when(name: str, argument: int, then: list[bytes]) -> list[bytes]:
    """Look at an argument (its lower half) of one call; what `then` lets through goes on with the number loaded."""
    value = syscalls.number(name)
    if value is None:
        return []
    block = [_load(16 + 8 * argument), *then, _load(0)]
    return [_step(_EQUAL, value, 0, len(block)), *block]


def _load(offset: int) -> bytes:
    return _step(_LOAD, offset)


def _return(verdict: int) -> bytes:
    return _step(_RETURN, verdict)


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", operation, if_true, if_false, value)
