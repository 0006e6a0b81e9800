"""The process that workers are forked from: torch is loaded and warm, and nothing of the judge is here.

It is started by `Sandbox` as a program of its own, before any grader, reference or seed is read, and serves one or
more judges, each over its own socket, until the last of them hangs up. It never runs a student's code itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kata.sandbox import limits as rlimits
from kata.sandbox import scratch
from kata.sandbox.jail import Jail, UnavailableError, settle
from kata.sandbox.namespaces import SCRATCH
from kata.sandbox.preparation import become_worker, prepare, warm_up
from kata.sandbox.prestarted import Spares

BURY_SECONDS = 0.005  # between two looks at whether a killed worker is gone
SETUP_FAILED = 70  # exit status of a worker that could not be shut in, and so never ran a submission


def main(settings: dict[str, Any]) -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    with open(os.devnull) as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    rlimits.go_first()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the judge, which then ends this process
    _leave_a_caretaker(control, settings["folder"])
    try:
        jail = settle(settings["folder"], settings["isolation"], settings["hidden"], cuda=settings["cuda"])
    except UnavailableError as error:
        _send(control, {"error": str(error)})
        return
    if jail.level == "none":
        rlimits.adopt_strays()
    if jail.level == "full":
        os.environ.update(HOME=SCRATCH, TMPDIR=SCRATCH)
    spares = Spares(sys.path[-1]) if settings["spares"] else None
    if not spares:
        warm_up(cuda=jail.cuda)
    del sys.path[-1]  # the suite's own folder: a submission has no business there
    _send(control, {"isolation": jail.level, "reasons": jail.reasons})
    Zygote(jail, settings["folder"], spares).serve(control)
    os._exit(0)  # at once: a judge waits for it


def _leave_a_caretaker(control: socket.socket, folder: str) -> None:
    """Go on as a child, whose parent removes the folder when all is over, however the judge may have ended."""
    pid = os.fork()
    if pid:
        control.close()
        os.waitpid(pid, 0)
        scratch.remove(os.path.dirname(folder))  # noqa: PTH120 - a string from the judge
        os._exit(0)
    rlimits.die_with_parent()


@dataclass
class Started:
    """A worker that waits for its first question, and the judge's ends of its frames and of its output."""

    limits: dict[str, Any]
    pid: int
    ends: list[int]
    prepared: bool  # whether all of torch was loaded when it began


class Zygote:
    """Forks workers for its judges and reaps them."""

    def __init__(self, jail: Jail, folder: str, spares: Spares | None):
        self.jail = jail
        self.spares = spares
        self.folder = folder
        self.workers: dict[int, tuple[str, float]] = {}  # pid -> its folder on this disk, if any; seconds of processor
        self.owners: dict[int, socket.socket] = {}
        self.ahead: dict[socket.socket, Started] = {}  # forked before its judge asks for it
        self.dying: set[int] = set()  # killed workers: the kernel takes a while to free what they had

    def serve(self, control: socket.socket) -> None:
        lines = [control]
        while lines:
            ready, _, _ = select.select(lines, [], [], BURY_SECONDS if self.dying else None)
            self._bury()
            for line in ready:
                data, fds, _, _ = socket.recv_fds(line, 65536, 4)
                if not data:
                    lines.remove(line)
                    self._end_all_of(line)
                    line.close()
                for text in data.splitlines():  # a judge does not wait for its kills: several may have come
                    message = json.loads(text)
                    match message["op"]:
                        case "branch":
                            lines.append(socket.socket(fileno=fds[0]))
                            _send(line, {})
                        case "expect":
                            self._expect(message["limits"], line)
                        case "spawn":
                            self._spawn(message["limits"], line)
                        case "reap":
                            _send(line, self._reap(message["pid"], message["grace"]))
                        case "kill":
                            self._kill(message["pid"])

    def _expect(self, limits: dict[str, Any] | None, owner: socket.socket) -> None:
        """Have a worker with these limits ready for this judge, and none for other limits."""
        worker = self.ahead.get(owner)
        if worker and (worker.limits != limits or _has_ended(worker.pid)):
            self._discard(self.ahead.pop(owner))
        if limits and owner not in self.ahead:
            with contextlib.suppress(OSError):  # the judge will hear of it when it asks
                self.ahead[owner] = self._start(limits, owner)

    def _spawn(self, limits: dict[str, Any], owner: socket.socket) -> None:
        """Give a judge a fresh worker: its number and folder, and our ends of its frames and of its output."""
        worker = self.ahead.pop(owner, None)
        if worker and (worker.limits != limits or _has_ended(worker.pid)):
            self._discard(worker)
            worker = None
        try:
            worker = worker or self._start(limits, owner)
        except OSError as error:
            _send(owner, {"error": str(error)})
            return
        told = {"pid": worker.pid, "folder": self.workers[worker.pid][0], "prepared": worker.prepared}
        _send(owner, told, worker.ends, name=worker.pid if self.jail.level == "full" else 0)
        for end in worker.ends:
            os.close(end)

    def _start(self, limits: dict[str, Any], owner: socket.socket) -> Started:
        if limits["prepared"] and not self.spares:
            prepare(cuda=self.jail.cuda)
        folder = "" if self.jail.level == "full" else tempfile.mkdtemp(dir=self.folder)
        ours, theirs = (one.detach() for one in socket.socketpair())
        read, write = os.pipe()
        try:
            fds = [theirs, write]
            pid = self.spares.use(limits, fds, folder) if self.spares else self._fork(limits, fds, folder)
        except OSError:
            os.close(ours)
            os.close(read)
            raise
        finally:
            os.close(theirs)
            os.close(write)
        self.workers[pid] = folder, limits["cpu_seconds"]
        self.owners[pid] = owner
        return Started(limits, pid, [ours, read], self._is_prepared(limits))

    def _is_prepared(self, limits: dict[str, Any]) -> bool:
        """Tell whether a worker with these limits that has just begun has all of torch loaded."""
        return bool(limits["prepared"] or (prepare.cache_info().currsize and not self.spares))

    def _discard(self, worker: Started) -> None:
        self._kill(worker.pid)
        for end in worker.ends:
            os.close(end)

    def _fork(self, limits: dict[str, Any], fds: list[int], folder: str) -> int:
        self.jail.before_fork()
        pid = _fork()
        if pid == 0:
            try:
                become_worker(self.jail, limits, fds, folder)
            finally:
                os._exit(SETUP_FAILED)
        self.jail.after_fork()
        return pid

    def _reap(self, pid: int, grace: float) -> dict[str, Any]:
        """Wait `grace` seconds for a worker to end by itself, then kill it with all that it started.

        `status` is how it ended, None where it had to be killed.
        """
        if pid not in self.workers:
            return {"status": None}
        deadline = time.monotonic() + grace
        done, status, use = os.wait4(pid, os.WNOHANG)
        while not done and time.monotonic() < deadline:
            time.sleep(0.001)
            done, status, use = os.wait4(pid, os.WNOHANG)
        if not done:
            self._kill(pid)
            return {"status": None}
        cpu_seconds = self.workers[pid][1]
        self._forget(pid)
        if (
            status == signal.SIGKILL and use.ru_utime + use.ru_stime > 0.7 * cpu_seconds
        ):  # it counts in ticks, for the limit
            status = signal.SIGXCPU  # what the kernel's limit means, and cannot say to the first process of a tree
        return {"status": int(status)}

    def _kill(self, pid: int) -> None:
        """Kill a worker with all that it started. The next one is forked while the kernel still clears up.

        But not at level none, where what has left the worker's session is found only once the worker is gone.
        """
        if pid not in self.workers:
            return
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        self.dying.add(pid)
        if self.jail.level == "none":
            self._bury(0)

    def _bury(self, options: int = os.WNOHANG) -> None:
        """Take leave of the killed workers that are gone by now."""
        for pid in list(self.dying):
            if os.waitpid(pid, options)[0]:
                self._forget(pid)

    def _forget(self, pid: int) -> None:
        """Clear up after a worker that has ended: end what it left, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        self._end_strays()
        folder, _ = self.workers.pop(pid)
        if folder:
            scratch.remove(folder)
        del self.owners[pid]
        self.dying.discard(pid)

    def _end_strays(self) -> None:
        """Kill what a worker started and what then left its session: without a parent, it has come to us.

        Only at level none can there be any. One that goes on forking faster than this is beyond that level.
        """
        deadline = time.monotonic() + 1.0
        while self.jail.level == "none" and not self.spares and time.monotonic() < deadline:
            strays = [pid for pid in rlimits.children() if pid not in self.workers]
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def _end_all_of(self, owner: socket.socket) -> None:
        self._expect(None, owner)
        for pid in [pid for pid, line in self.owners.items() if line is owner]:
            self._kill(pid)
        self._bury(0)


def _fork() -> int:
    """The C library's fork. Python's goes on to mend locks and threads, of which there are none here but the one that
    forks, and touches three hundred pages for it, which each child would have to copy.

    Raises:
        OSError: the system has no more processes to give.
    """
    pid = int(ctypes.PyDLL(None).fork())
    if pid < 0:
        raise OSError("no more processes can be started")
    return pid


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _send(line: socket.socket, message: dict[str, Any], fds: Sequence[int] = (), name: int = 0) -> None:
    """Answer a judge. `name` is a process of ours, whose number is another one there: the kernel translates it."""
    extra: list[tuple[int, int, Any]] = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
    if name:
        credentials = struct.pack("3i", name, os.geteuid(), os.getegid())
        extra.append((socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials))
    with contextlib.suppress(OSError):
        line.sendmsg([json.dumps({**message, "named": bool(name)}).encode() + b"\n"], extra)
