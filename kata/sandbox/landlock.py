"""Landlock: what of the file system a process may touch, decided by itself and for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

from kata.sandbox import syscalls

_READ_FILE, _READ_DIR, _EXECUTE, _WRITE_FILE, _TRUNCATE, _IOCTL_DEV = 1 << 2, 1 << 3, 1 << 0, 1 << 1, 1 << 14, 1 << 15
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
# Rights by the version of Landlock that brought them; an older kernel is asked for what it has.
_ALL = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL_DEV}
_NETWORK = {4: 0b11}  # bind and connect over TCP
_SCOPES = {6: 0b11}  # abstract UNIX sockets and signals stay within


def version() -> int:
    """The kernel's version of Landlock; 0 for none."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str] = ()) -> None:
    """Leave this process only these: trees to read, trees to write in, device files to use. Missing ones are no harm.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    known = version()
    everything, network, scopes = (_rights(known, table) for table in (_ALL, _NETWORK, _SCOPES))
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    attributes = ctypes.create_string_buffer(struct.pack("QQQ", everything, network, scopes))
    rules = syscalls.call("landlock_create_ruleset", attributes, size, 0)
    try:
        for path in read:
            _allow(rules, path, everything & (_READ_FILE | _READ_DIR | _EXECUTE))
        for path in write:
            _allow(rules, path, everything & ~(_EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV))
        for path in devices:
            _allow(rules, path, everything & (_READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV))
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _rights(known: int, table: dict[int, int]) -> int:
    return sum(right for since, right in table.items() if since <= known)


def _allow(rules: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):  # noqa: PTH112 - strings all through: this runs in every worker
                rights &= _OF_A_FILE
            syscalls.call("landlock_add_rule", rules, 1, ctypes.create_string_buffer(struct.pack("=Qi", rights, fd)), 0)
        finally:
            os.close(fd)
