"""Isolation of a submission: the level is found out by trying, in a throw-away child, and is said in every verdict.

full        a root of its own with nothing of the course in it, a process tree, network and folder of its own for every
            worker (namespaces), and on top of that what `restricted` has.
restricted  where namespaces are not to be had, as in most containers: Landlock for files, seccomp for system calls.
none        limits on memory, time and files, and a process of its own; it can read what its user can. NOT isolated.

All of it is done here, through ctypes, and not by a tool such as bubblewrap: a tool starts a program, so every worker
would import torch again for a second, whereas a fork of the warm zygote is shut in within a few milliseconds.
"""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kata.sandbox import limits

LEVELS = ("full", "restricted", "none")

_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/etc/ld.so.cache", "/etc/localtime",
    "/sys/devices/system",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_OWN_PROC = (
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/driver", "/proc/devices", "/proc/sys/vm/mmap_min_addr",
)  # fmt: skip
_NAMES_OF_THREADS = ("/proc/self/task",)  # CUDA's driver does not start where it cannot name its threads
_DISK = 64 << 20  # bytes a worker may write
_TASKS = 256  # RLIMIT_NPROC: this many for a user of its own, else what its user has + twice this many

# Where nbgrader keeps what other students have handed in: within the system's folders, but none of theirs.
_EXCHANGES = ("/usr/local/share/nbgrader", "/usr/share/nbgrader")


class UnavailableError(Exception):
    """A level of isolation that was asked for, and that this machine does not have."""


@dataclass
class Jail:
    """A zygote's isolation, and the means to shut its workers in."""

    level: str
    strangers: bool = False
    reasons: dict[str, str] = field(default_factory=dict)  # level -> why this machine does not have it
    read: list[str] = field(default_factory=list)
    cuda: bool = False  # whether its workers may use the cards
    tasks: int = 0  # that the user of a worker may have, itself and its threads among them; 0 for no limit
    _own_pids: int = -1
    _count: int = 0

    def before_fork(self) -> None:
        """Have the next fork begin a process tree of its own."""
        if self.level == "full":
            from kata.sandbox import namespaces

            self._count += 1
            namespaces.unshare(namespaces.NEW_PIDS)

    def after_fork(self) -> None:
        """Have the zygote's further children be its own again."""
        if self.level == "full":
            from kata.sandbox import namespaces

            namespaces.enter(self._own_pids, namespaces.NEW_PIDS)

    def shut_in(self, folder: str, limit: Callable[[], None], prepare: Callable[[], None] | None = None) -> str:
        """Jail this worker for good, and return the one folder it may write in. `limit` sets the rlimits.

        `prepare` does our own preparations in there, which need system calls that a submission has no use for.

        Raises:
            OSError: the kernel refuses what it granted in the probe; the worker must not go on.
        """
        if self.level == "none":
            limit()
            self._limit_tasks()
            if prepare:
                prepare()
            return folder
        from kata.sandbox import landlock, namespaces, seccomp, syscalls

        if self.level == "full":
            namespaces.unshare(namespaces.NEW_MOUNTS | namespaces.NEW_IPC)
            namespaces.own_processes_and_folder(_DISK)
            folder = namespaces.SCRATCH
        os.chdir(folder)
        limit()
        self._limit_tasks()
        stranger = 1 + self._count % (namespaces.STRANGERS - 1) if self.level == "full" and self.strangers else None
        namespaces.drop_privileges(stranger)
        # A change of user locks /proc/self, which libraries read. At level full nobody else is there to look; else it is
        # the judge that looks, at what is written, and workers cannot look anywhere.
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)
        root = [f"/{name}" for name in os.listdir("/") if name != "proc"]  # noqa: PTH208 - strings all through
        read = root if self.level == "full" else self.read
        written = [*_devices(self.cuda), *(_NAMES_OF_THREADS if self.cuda else ())]
        landlock.restrict([*read, *_OWN_PROC], [folder], written)
        if prepare:
            prepare()
        seccomp.forbid(keep_metadata=self.level == "restricted")
        return folder

    def _limit_tasks(self) -> None:
        tasks = _TASKS if self.strangers else self.tasks
        if tasks:
            limits.limit_tasks(tasks)


def settle(folder: str, forced: str, hidden: list[str], *, cuda: bool) -> Jail:
    """Shut this process in as far as the machine allows, or as far as `forced` says, and return the jail.

    With `cuda` the cards are left within reach.

    At level full the caller goes on as a child of itself, in namespaces of its own, while this process waits for it.

    Raises:
        UnavailableError: the forced level is not to be had; the message says why.
    """
    reasons: dict[str, str] = {}
    hidden = [*hidden, *_EXCHANGES]
    tasks = limits.tasks_of_the_user() + 2 * _TASKS if os.geteuid() and sys.platform == "linux" else 0
    for level in LEVELS:
        if forced and level != forced:
            continue
        reason = _probe(level, folder, hidden, cuda)
        if not reason:
            jail = _enter(level, folder, hidden, cuda)
            jail.reasons, jail.tasks = reasons, tasks
            return jail
        reasons[level] = reason
    raise UnavailableError(f"isolation '{forced}' is not to be had here: {reasons.get(forced, 'no such level')}")


def _probe(level: str, folder: str, hidden: list[str], cuda: bool) -> str:
    """Try a level from end to end in a child that is thrown away. Empty if it holds, else what failed."""
    if level == "none":
        return ""
    if sys.platform != "linux":
        return "only Linux has it"
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        failure = "the probe ended early"
        try:
            os.close(read)
            jail = _enter(level, folder, hidden, cuda)
            _try_worker(jail, folder)
            failure = ""
        except BaseException as error:
            failure = str(error)
        finally:
            with contextlib.suppress(OSError):
                os.write(write, (failure or "holds").encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read(1000).decode(errors="replace")
    os.waitpid(pid, 0)
    if answer == "holds":
        return ""
    return (_switched_off() if level == "full" else "") or answer or "the probe was killed"


def _switched_off() -> str:
    from kata.sandbox import namespaces

    return namespaces.switched_off()


def _try_worker(jail: Jail, folder: str) -> None:
    jail.before_fork()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            jail.shut_in(folder, lambda: None)
            with contextlib.suppress(PermissionError):
                os.kill(os.getppid() or 1, 0)
            code = 0
        finally:
            os._exit(code)
    jail.after_fork()
    _, status = os.waitpid(pid, 0)
    if status:
        raise OSError(f"a worker cannot be shut in ({status})")


def _enter(level: str, folder: str, hidden: list[str], cuda: bool) -> Jail:
    shown = [path for path in _shown() if os.path.realpath(path) not in hidden and not _holds_a_course(path)]
    hidden = [*hidden, *_by_other_names(hidden, shown)]
    if level == "full":
        return _enter_full(folder, shown, hidden, cuda)
    if level == "restricted":
        from kata.sandbox import landlock, namespaces, syscalls

        if not landlock.version():
            raise OSError("this kernel has no Landlock, or has it switched off")
        namespaces.gain_no_more()
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        return Jail(level, read=_without(shown, hidden), cuda=cuda)
    return Jail(level, cuda=cuda)


def _enter_full(folder: str, shown: list[str], hidden: list[str], cuda: bool) -> Jail:
    """Go on in new namespaces. Three processes come of it: this one maps the users, its child made the namespaces,
    and the child's child, first of its process tree, returns from here."""
    from kata.sandbox import namespaces as ns
    from kata.sandbox import seccomp

    ready_read, ready_write = os.pipe()
    mapped_read, mapped_write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(ready_write)
        os.close(mapped_read)
        if os.read(ready_read, 1):
            with contextlib.suppress(OSError):
                os.write(mapped_write, b"s" if ns.map_users(pid) else b"u")
        os.close(mapped_write)
        _wait_and_follow(pid)
    os.close(ready_read)
    os.close(mapped_write)
    ns.unshare(ns.NEW_USER | ns.NEW_MOUNTS | ns.NEW_NAMES | ns.NEW_IPC | ns.NEW_PIDS | ns.NEW_NETWORK)
    os.write(ready_write, b"r")
    os.close(ready_write)
    mapped = os.read(mapped_read, 1)
    os.close(mapped_read)
    if not mapped:
        raise OSError("users cannot be mapped into a namespace")
    pid = os.fork()
    if pid:
        _wait_and_follow(pid)
    limits.die_with_parent()
    ns.change_root(folder, shown, hidden, _devices(cuda))
    ns.gain_no_more()
    seccomp.program(1, False)  # a worker is the first of its process tree: made here for all of them
    own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    return Jail("full", strangers=mapped == b"s", cuda=cuda, _own_pids=own_pids)


def _wait_and_follow(pid: int) -> None:
    """Hold nothing, wait for a child, and end as it does."""
    os.closerange(3, 1024)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if os.WTERMSIG(status) != signal.SIGKILL else None
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _shown() -> list[str]:
    """List the paths that a worker must be able to read: the system's libraries, Python, and this package."""
    package = str(Path(__file__).resolve().parents[1])
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    paths = [*_SYSTEM, sys.prefix, sys.base_prefix, *sys.path, *libraries, package]
    return sorted({path.rstrip("/") for path in paths if path.startswith("/") and path != "/"}, key=len)


def _holds_a_course(path: str) -> bool:
    """Tell whether a folder holds a course, as an editable install puts one on Python's path, solutions and all."""
    return Path(path, "course.toml").exists()


def _by_other_names(hidden: Iterable[str], shown: Iterable[str]) -> list[str]:
    """Find the paths by which a hidden folder is reached through a shown link."""
    real = [(path, os.path.realpath(path)) for path in shown]
    return [
        path + other[len(at) :] for path, at in real if path != at for other in hidden if other.startswith(at + "/")
    ]


def _without(shown: Iterable[str], hidden: Iterable[str]) -> list[str]:
    """Cut the hidden folders out of the shown trees: a tree that holds one is replaced by its other children."""
    found: list[str] = []
    for path in shown:
        inner = [other for other in hidden if other.startswith(path + "/")]
        if not inner:
            found.append(path)
            continue
        with contextlib.suppress(OSError):
            children = [entry.path for entry in os.scandir(path) if entry.path not in inner]
            found += _without(children, inner)
    return found


def _devices(cuda: bool) -> list[str]:
    cards = ["/dev/nvidia*", "/dev/nvidia-caps/*"] if cuda else []
    return [*_DEVICES, *(path for pattern in cards for path in sorted(glob.glob(pattern)))]  # noqa: PTH207 - strings all through
