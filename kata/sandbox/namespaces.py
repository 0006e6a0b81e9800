"""Linux namespaces: a root of its own for the zygote, and within it a process tree and a folder for every worker."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

from kata.sandbox import syscalls

NEW_MOUNTS, NEW_NAMES, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_DETACH, _AT_FDCWD, _AT_RECURSIVE = 2, -100, 0x8000
_CAPABILITIES = 64  # more than there are; the first unknown one ends the loop

# Users of the machine that no account has, one for every worker while root grades: strangers even to each other.
FIRST_STRANGER, STRANGERS = 200_000, 60_000

# name, value that forbids, value that allows: every Linux has the first, Debian the second, Ubuntu's AppArmor the third
_SETTINGS = (
    ("user.max_user_namespaces", "0", "15000"),
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
)

_NOWHERE = "/.old"

# Where a worker may write. Not /tmp: Python itself may live there, as it does in tests.
SCRATCH = "/scratch"


def unshare(what: int) -> None:
    syscalls.call("unshare", what)


def switched_off() -> str:
    """The setting of this system by which users have no namespaces, and the command that changes it; "" if there is none."""
    for name, off, on in _SETTINGS:
        if os.geteuid() == 0 and name.startswith("kernel."):
            continue  # these are not for root
        with contextlib.suppress(OSError):
            if Path("/proc/sys", *name.split(".")).read_text().strip() == off:
                return f"user namespaces are switched off ({name} is {off}; sudo sysctl {name}={on} allows them)"
    return ""


def enter(fd: int, kind: int) -> None:
    syscalls.call("setns", fd, kind)


def map_users(pid: int) -> bool:
    """Give the new user namespace of process `pid` its users, and say whether it has strangers among them.

    Must be called from outside of it. Only root may map users other than itself.
    """
    proc, user, group = Path(f"/proc/{pid}"), os.geteuid(), os.getegid()
    if user == 0:
        with contextlib.suppress(OSError):
            strangers = f"0 0 1\n1 {FIRST_STRANGER} {STRANGERS}\n"
            (proc / "gid_map").write_text(strangers)
            (proc / "uid_map").write_text(strangers)
            return True
    with contextlib.suppress(OSError):
        (proc / "setgroups").write_text("deny")
    (proc / "gid_map").write_text(f"0 {group} 1\n")
    (proc / "uid_map").write_text(f"0 {user} 1\n")
    return False


def change_root(folder: str, shown: Sequence[str], hidden: Sequence[str], devices: Sequence[str]) -> None:
    """Make a root of nothing but the `shown` trees, read-only, an empty SCRATCH, /proc and a few devices.

    `folder` is an empty one to build it in. Whatever is not shown does not exist; a `hidden` path within a shown one is
    empty.

    Raises:
        OSError: a step is refused.
    """
    _mount(None, "/", None, _PRIVATE | _RECURSIVE)
    _mount("tmpfs", folder, "tmpfs", _NO_SUID | _NO_DEVICES, "size=4m,mode=755")
    for path in shown:
        _show(folder, path)
    for path in devices:
        _show(folder, path)
    for path in hidden:
        if any(path.startswith(f"{other}/") for other in shown) and Path(folder + path).is_dir():
            _mount("tmpfs", folder + path, "tmpfs", _NO_SUID | _NO_DEVICES, "size=64k,mode=755")
            for inner in shown:
                if inner.startswith(f"{path}/"):
                    _show(folder, inner)
    for name in (SCRATCH, "/proc", "/dev", _NOWHERE):
        Path(folder + name).mkdir(exist_ok=True)
    _mount("proc", folder + "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_EXEC)
    syscalls.call("pivot_root", _text(folder), _text(folder + _NOWHERE))
    os.chdir("/")
    syscalls.call("umount2", _text(_NOWHERE), _DETACH)
    _make_read_only("/")
    _mount("tmpfs", SCRATCH, "tmpfs", _NO_SUID | _NO_DEVICES | _NO_EXEC, "size=16m,mode=755")


def own_processes_and_folder(disk: int) -> None:
    """Mount, in a worker's own namespace, a /proc of itself alone and an empty SCRATCH of `disk` bytes."""
    _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_EXEC)
    options = f"size={disk},nr_inodes=4096,mode=1777"
    _mount("tmpfs", SCRATCH, "tmpfs", _NO_SUID | _NO_DEVICES | _NO_EXEC, options)


def gain_no_more() -> None:
    """Let no program that this process or a child of it may start have a capability. They keep those that they have."""
    with contextlib.suppress(OSError):  # the first unknown one, or no leave to
        for capability in range(_CAPABILITIES):
            syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)


def drop_privileges(stranger: int | None) -> None:
    """Become the user `stranger`, if there is one to become, and give up every capability for good."""
    if stranger is not None:
        os.setgroups([])
        os.setresgid(stranger, stranger, stranger)
        os.setresuid(stranger, stranger, stranger)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    header = ctypes.create_string_buffer(struct.pack("II", 0x20080522, 0))
    syscalls.call("capset", header, ctypes.create_string_buffer(24))


def _show(root: str, path: str) -> None:
    """Bind a path of the machine to the same place under the new root. A link is made anew, a missing path left out."""
    target = Path(root + path)
    if os.path.lexists(target) or not os.path.lexists(path):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if Path(path).is_symlink():
        target.symlink_to(Path(path).readlink())
        return
    if stat.S_ISDIR(Path(path).stat().st_mode):
        target.mkdir()
    else:
        target.touch()
    _mount(path, str(target), None, _BIND | _RECURSIVE)


def _make_read_only(path: str) -> None:
    attributes = ctypes.create_string_buffer(struct.pack("QQQQ", _READ_ONLY, 0, 0, 0))
    syscalls.call("mount_setattr", _AT_FDCWD, _text(path), _AT_RECURSIVE, attributes, 32)


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    syscalls.call("mount", _text(source), _text(target), _text(kind), flags, _text(options))


def _text(value: str | None) -> ctypes.c_char_p:
    return ctypes.c_char_p(None if value is None else value.encode())
